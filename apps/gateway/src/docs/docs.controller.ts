import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Get, Header, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { asyncApiDocument, openApiDocument } from '#libs/contracts';
import { definitionSchema } from '#libs/engine';
import { ApiController } from '../http/api-controller.js';
import { ApiProblem } from '../http/api-problem.js';
import { productVersion } from '../http/product.js';

const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
/** Served as they are; nothing else of the package can be reached. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>OrquestraX API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;
/** A file of its own: the content security policy allows no script inside the page. */
const start = `window.ui = SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** Contracts for machines and for people. */
@ApiController('')
export class DocsController {
  private readonly openApi = JSON.stringify(openApiDocument(productVersion));
  private readonly asyncApi = JSON.stringify(asyncApiDocument(productVersion));

  @Get(['api/v1/openapi.json', 'api/openapi.json'])
  @Header('content-type', 'application/json; charset=utf-8')
  document(): string {
    return this.openApi;
  }

  @Get('asyncapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  messages(): string {
    return this.asyncApi;
  }

  @Get('api/v1/schemas/definition.json')
  schema(@Res() response: Response): void {
    response.type('application/schema+json').send(JSON.stringify(definitionSchema));
  }

  @Get('api/docs')
  @Header('content-type', 'text/html; charset=utf-8')
  reference(): string {
    return page;
  }

  @Get('api/docs/:file')
  asset(@Param('file') file: string, @Res() response: Response): void {
    if (file === 'start.js') return void response.type('text/javascript').send(start);
    const type = Object.hasOwn(assets, file) ? assets[file] : undefined;
    if (type === undefined)
      throw new ApiProblem(
        'ROUTE_NOT_FOUND',
        `expected a file of the API reference, but was ${JSON.stringify(file.slice(0, 100))}`,
      );
    response.set({ 'content-type': type, 'cache-control': 'public, max-age=86400' }).send(readFileSync(join(swaggerUi, file)));
  }
}

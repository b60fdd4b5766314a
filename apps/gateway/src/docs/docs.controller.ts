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
import { type MessageDocument, messagesPage } from './messages-page.js';
import { pageFrame } from './page-frame.js';
import { referenceStyle, themeScript } from './reference-style.js';

const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
/** Served as they are; nothing else of the package can be reached. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const reference = pageFrame({
  title: 'OrquestraX API',
  at: '/api/docs',
  styles: ['swagger-ui.css'],
  scripts: ['swagger-ui-bundle.js', 'start.js'],
  body: '    <div id="swagger-ui"></div>',
});
/** Files of our own: the content security policy allows no script inside the page. */
const own: Readonly<Record<string, readonly [type: string, text: string]>> = {
  'start.js': [
    'text/javascript; charset=utf-8',
    `window.ui = SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`,
  ],
  'theme.js': ['text/javascript; charset=utf-8', themeScript],
  'reference.css': ['text/css; charset=utf-8', referenceStyle],
};

/** Contracts for machines and for people. */
@ApiController('')
export class DocsController {
  private readonly openApi = JSON.stringify(openApiDocument(productVersion));
  private readonly asyncApi = JSON.stringify(asyncApiDocument(productVersion));
  private readonly messagesPage = messagesPage(asyncApiDocument(productVersion) as unknown as MessageDocument);

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
    return reference;
  }

  @Get('api/docs/messages')
  @Header('content-type', 'text/html; charset=utf-8')
  messageReference(): string {
    return this.messagesPage;
  }

  @Get('api/docs/:file')
  asset(@Param('file') file: string, @Res() response: Response): void {
    const made = Object.hasOwn(own, file) ? own[file] : undefined;
    if (made !== undefined) return void response.set('content-type', made[0]).send(made[1]);
    const type = Object.hasOwn(assets, file) ? assets[file] : undefined;
    if (type === undefined)
      throw new ApiProblem(
        'ROUTE_NOT_FOUND',
        `expected a file of the API reference, but was ${JSON.stringify(file.slice(0, 100))}`,
      );
    response.set({ 'content-type': type, 'cache-control': 'public, max-age=86400' }).send(readFileSync(join(swaggerUi, file)));
  }
}

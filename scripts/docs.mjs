// Writes the generated pages of docs/ (or, with --check, only says which are out of date). Needs a build.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { asyncApiDocument, openApiDocument } from '../dist/libs/contracts/src/index.js';
import { builtInContracts } from '../dist/apps/worker/src/tasks/index.js';
import { tasksPage } from '../dist/apps/worker/src/tasks/tasks-page.js';
import { generatedPages } from '../dist/libs/platform/src/docs/generated-pages.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const json = (document) => `${JSON.stringify(document, null, 2)}\n`;
const pages = [
  ...generatedPages,
  { path: 'docs/tasks.md', render: () => tasksPage(builtInContracts) },
  { path: 'docs/contracts/openapi.json', render: () => json(openApiDocument(version)) },
  { path: 'docs/contracts/asyncapi.json', render: () => json(asyncApiDocument(version)) },
];
const check = process.argv.includes('--check');
let outOfDate = 0;
for (const page of pages) {
  const current = existsSync(page.path) ? readFileSync(page.path, 'utf8') : '';
  const wanted = page.render(current);
  if (wanted === current) continue;
  outOfDate += 1;
  console.log(`${page.path} ${check ? 'is out of date: run npm run format' : 'written'}`);
  if (!check) writeFileSync(page.path, wanted);
}
process.exitCode = check && outOfDate > 0 ? 1 : 0;

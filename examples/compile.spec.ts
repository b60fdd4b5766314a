import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compile, parseDefinition } from '#libs/engine';
import { exampleDefinitions } from './index.js';
import { prepareAll, recordingsFolder } from './wfcommons/recordings.js';

describe('example definitions', () => {
  const files = exampleDefinitions().map((path) => [basename(path), path] as const);

  it.each(files)('%s compiles without an error or a warning, and names only tasks that workers serve', (_, path) => {
    const { document, problems } = parseDefinition(readFileSync(path, 'utf8'), 'yaml');
    expect(problems).toEqual([]);
    const compiled = compile(document, {
      knownTasks: ['simulate', 'echo', 'http', 'script', 'trip.book', 'trip.cancel', 'trip.charge'],
    });
    expect(compiled.problems).toEqual([]);
    expect(compiled.plan?.title).toBeTruthy();
  });
});

const folder = recordingsFolder();
describe(folder ? `recordings in ${folder}` : 'a generated recording (no folder with real ones here)', () => {
  it.each(prepareAll(folder).map((one) => [one.file, one] as const))(
    '%s converts to a definition without problems',
    (_, prepared) => {
      const { plan, problems } = compile(prepared.definition, { knownTasks: ['wfcommons.hash'] });
      expect(problems).toEqual([]);
      expect(plan?.scope.steps).toHaveLength(prepared.recording.tasks.length);
      expect(plan?.tasks).toEqual(['wfcommons.hash']);
    },
  );
});

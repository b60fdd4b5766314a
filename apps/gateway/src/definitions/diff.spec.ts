import type { JsonObject } from '#libs/engine';
import { diffDefinitions } from './diff.js';

const before: JsonObject = {
  name: 'a',
  version: '1.0.0',
  title: 'A',
  steps: [
    { id: 'x', task: 'echo', input: { b: 1, a: 2 } },
    { id: 'y', task: 'echo' },
  ],
};

it('finds nothing but the version to be identical, whatever the order of keys', () => {
  const after: JsonObject = {
    ...before,
    version: '1.0.1',
    steps: [{ id: 'x', input: { a: 2, b: 1 }, task: 'echo' }, (before['steps'] as JsonObject[])[1]!],
  };
  expect(diffDefinitions(before, after)).toEqual({ identical: true, steps: { added: [], removed: [], changed: [] }, fields: [] });
});

it('names steps and fields that were added, removed or changed', () => {
  const after: JsonObject = {
    name: 'a',
    version: '2.0.0',
    queue: 'slow',
    steps: [
      { id: 'x', task: 'other', input: { b: 1, a: 2 } },
      { id: 'z', task: 'echo' },
    ],
  };
  expect(diffDefinitions(before, after)).toEqual({
    identical: false,
    steps: { added: ['z'], removed: ['y'], changed: [{ id: 'x', fields: ['task'] }] },
    fields: [
      { field: 'queue', change: 'added', to: 'slow' },
      { field: 'title', change: 'removed', from: 'A' },
    ],
  });
});

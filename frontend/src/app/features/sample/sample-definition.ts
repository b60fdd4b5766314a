/** Six steps that show what there is to see: a parallel pair, a step that fails twice, a slow one and a join. About ten seconds. */
export const sampleDefinition = {
  name: 'test.workflow',
  version: '1.0.0',
  title: 'Test workflow',
  description:
    'Runs in about ten seconds: two steps side by side, one that fails twice and then succeeds, one that takes its time.',
  summary: 'Test workflow for ${input.visitor}',
  labels: { sample: 'true' },
  input: {
    schema: {
      type: 'object',
      required: ['visitor'],
      properties: { visitor: { type: 'string', title: 'Who it is for', minLength: 1, maxLength: 100 } },
    },
  },
  steps: [
    { id: 'prepare', type: 'set', title: 'Prepare', values: { greeting: 'Hello, ${input.visitor}' } },
    {
      id: 'quick-check',
      title: 'Quick check',
      task: 'simulate',
      needs: ['prepare'],
      input: { duration: '1s', output: { checked: true, items: 3 } },
    },
    {
      id: 'slow-check',
      title: 'Slow check',
      task: 'simulate',
      needs: ['prepare'],
      input: { duration: '2s', output: { score: 97 } },
    },
    {
      id: 'flaky',
      title: 'Fails twice, then succeeds',
      task: 'simulate',
      needs: ['quick-check', 'slow-check'],
      input: {
        duration: '400ms',
        failTimes: 2,
        failWith: { code: 'GATEWAY_TIMEOUT', message: 'The payment gateway did not answer', retryable: true },
        output: { paid: true },
      },
      retry: { maxAttempts: 3, backoff: 'exponential', delay: '800ms', factor: 2, jitter: 0 },
    },
    {
      id: 'heavy-work',
      title: 'Takes five seconds',
      task: 'simulate',
      needs: ['quick-check', 'slow-check'],
      input: { duration: '5s', output: { packed: 12 } },
    },
    {
      id: 'report',
      title: 'Report',
      task: 'echo',
      needs: ['flaky', 'heavy-work'],
      input: {
        message: '${steps.prepare.output.greeting}',
        items: '${steps["quick-check"].output.items}',
        score: '${steps["slow-check"].output.score}',
        packed: '${steps["heavy-work"].output.packed}',
      },
    },
  ],
} as const;

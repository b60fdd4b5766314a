import { ApiProblem } from '#libs/client';
import { reportError } from './report-error.js';

it('reportError says of a refusal for a moment when to try again, and no place', () => {
  const hint = 'try again after 4 s with the same Idempotency-Key';
  const problem = {
    type: 'https://orquestrax.dev/problems/OVERLOADED',
    title: 'The gateway is overloaded',
    status: 503,
    detail: 'expected room for the request, but there is none',
    code: 'OVERLOADED',
    traceId: 't-1',
    errors: [{ severity: 'error' as const, code: 'OVERLOADED', path: '', message: 'expected room for the request', hint }],
  };
  expect(reportError(new ApiProblem(problem))).toEqual({
    text: [
      'The gateway is overloaded (OVERLOADED): expected room for the request, but there is none',
      `  hint: ${hint}`,
      "Trace t-1 names it in the server's log.",
    ].join('\n'),
    exitCode: 1,
  });
});

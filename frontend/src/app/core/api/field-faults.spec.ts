import { ApiProblem } from './api-problem';
import { fieldFaults } from './field-faults';

const problem = (...paths: string[]): ApiProblem =>
  new ApiProblem(
    { errors: paths.map((path) => ({ severity: 'error', code: 'X', path, message: `at ${path}`, hint: 'mend it' })) },
    422,
  );
const fieldOf = (path: string): 'cron' | undefined => (path.startsWith('/cron') ? 'cron' : undefined);

describe('fieldFaults', () => {
  it('says each at its field, the first where there are several', () =>
    expect(fieldFaults(problem('/cron', '/cron/0'), fieldOf)).toEqual({ texts: { cron: 'at /cron. mend it' }, hasMore: false }));
  it.each([
    ['something is about no field', problem('/cron', '')],
    ['nothing is said in particular', problem()],
  ])('leaves the problem to be shown when %s', (_, one) => expect(fieldFaults(one, fieldOf).hasMore).toBe(true));
});

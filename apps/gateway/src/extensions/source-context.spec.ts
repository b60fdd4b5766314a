import { pino } from 'pino';
import { ApiProblem } from '../http/api-problem.js';
import { SourceContext } from './source-context.js';

const silent = pino({ level: 'silent' });
const once = { forgetRefusal: () => Promise.resolve() };
const answer = { type: 'workflow.started', status: 201, body: '{"id":"i-1"}' } as const;

it('what could not be stored is told again under the same name, until it is', async () => {
  const keys: string[] = [];
  const handle = (command: { readonly key: string }) => {
    keys.push(command.key);
    if (keys.length < 3) return Promise.reject(new ApiProblem('DATABASE_UNAVAILABLE', 'the database is away'));
    return Promise.resolve(answer);
  };
  const context = new SourceContext('bell', { handle } as never, once, silent, new AbortController().signal);
  expect(await context.start('ring-1', { definition: 'ring' })).toEqual({ id: 'i-1' });
  expect(keys).toEqual(Array(3).fill('source:bell:ring-1'));
});

it('a closing gateway ends the waiting', async () => {
  const closing = new AbortController();
  const handle = () => {
    setImmediate(() => closing.abort(new Error('closing')));
    return Promise.reject(new ApiProblem('DATABASE_UNAVAILABLE', 'the database is away'));
  };
  const context = new SourceContext('bell', { handle } as never, once, silent, closing.signal);
  const told = context.start('ring-1', { definition: 'ring' });
  await expect(told).rejects.toThrow();
  await context.settled();
});

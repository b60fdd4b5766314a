import type { NewStart, NewStartDoor } from '#libs/persistence';
import { NewStarts } from './new-starts.js';

const start = (id: string, key?: string): NewStart =>
  ({ row: { id }, ifActive: true, ...(key !== undefined && { request: { key, hash: '', answer: '' } }) }) as unknown as NewStart;

describe('NewStarts', () => {
  let statements: string[][];
  let answer: (ids: string[]) => Promise<Set<string>>;
  let starts: NewStarts;

  beforeEach(() => {
    statements = [];
    answer = (ids) => Promise.resolve(new Set(ids));
    const insert = (all: readonly NewStart[]): Promise<Set<string>> => {
      const ids = all.map(({ row }) => row.id as string);
      statements.push(ids);
      return answer(ids);
    };
    starts = new NewStarts({ insert } as unknown as NewStartDoor);
  });

  it('stores the first two at once, and what comes meanwhile together', async () => {
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((id) => starts.store(start(id))))).toEqual([true, true, true, true]);
    expect(statements).toEqual([['a'], ['b'], ['c', 'd']]);
    await starts.store(start('e'));
    expect(statements.at(-1)).toEqual(['e']);
  });

  it('stores at most 200 together, in order', async () => {
    await Promise.all(Array.from({ length: 402 }, (_, n) => starts.store(start(`${n}`))));
    expect(statements.map((ids) => ids.length)).toEqual([1, 1, 200, 200]);
    expect(statements.flat()).toEqual(Array.from({ length: 402 }, (_, n) => `${n}`));
  });

  it('leaves twins, by id or by the name of their request, for the next statement', async () => {
    const twins = [start('x'), start('y'), start('b', 'k'), start('c', 'k'), start('b'), start('d')];
    await Promise.all(twins.map((one) => starts.store(one)));
    expect(statements).toEqual([['x'], ['y'], ['b', 'd'], ['c', 'b']]);
  });

  it('tells each whether it was stored', async () => {
    answer = () => Promise.resolve(new Set(['b']));
    expect(await Promise.all(['a', 'b', 'c'].map((id) => starts.store(start(id))))).toEqual([false, true, false]);
  });

  it('tells those who wait, too, that the database is away, and goes on with who comes then', async () => {
    answer = () => Promise.reject(new Error('away'));
    const stored = ['a', 'b', 'c'].map((id) => starts.store(start(id)));
    expect((await Promise.allSettled(stored)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(statements).toEqual([['a'], ['b']]);
    answer = (ids) => Promise.resolve(new Set(ids));
    expect(await starts.store(start('d'))).toBe(true);
  });

  it('goes on with others while one statement does not answer, and when it was ended for that', async () => {
    const { promise, reject } = Promise.withResolvers<Set<string>>();
    answer = (ids) => (ids.includes('stuck') ? promise : Promise.resolve(new Set(ids)));
    const stuck = starts.store(start('stuck'));
    expect(await Promise.all(['a', 'b'].map((id) => starts.store(start(id))))).toEqual([true, true]);
    const late = starts.store(start('late'));
    reject(Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }));
    await expect(stuck).rejects.toThrow('canceling');
    expect(await late).toBe(true);
  });
});

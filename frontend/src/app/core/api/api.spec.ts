import { TestBed } from '@angular/core/testing';
import { Api } from './api';
import { ApiProblem } from './api-problem';
import { queryText } from './http';

describe('Api', () => {
  const realFetch = globalThis.fetch;
  let asked: { url: string; init: RequestInit }[];
  const answerWith = (status: number, body: string): void => {
    asked = [];
    globalThis.fetch = ((url: string, init: RequestInit) => {
      asked.push({ url, init });
      return Promise.resolve({
        ok: status < 400,
        status,
        json: () => Promise.resolve(JSON.parse(body)),
        text: () => Promise.resolve(body),
      });
    }) as unknown as typeof fetch;
  };
  afterEach(() => void (globalThis.fetch = realFetch));
  const problemOf = (promise: Promise<unknown>): Promise<ApiProblem> =>
    promise.then(
      () => Promise.reject(new Error('expected a problem')),
      (error) => error as ApiProblem,
    );

  it('sends an idempotency key with a start', async () => {
    answerWith(201, '{"id":"i-1"}');
    await TestBed.inject(Api).start({ definition: 'a', input: { x: 1 } }, 'key-1');
    expect(asked[0]?.url).toBe('/api/v1/instances');
    expect(asked[0]?.init.headers).toMatchObject({ 'Idempotency-Key': 'key-1', 'content-type': 'application/json' });
  });
  it('rejects with the problem the server told', async () => {
    answerWith(
      422,
      '{"code":"INPUT_INVALID","title":"No","detail":"why","traceId":"t","errors":[{"severity":"error","code":"X","path":"/a","message":"m"}]}',
    );
    const problem = await problemOf(TestBed.inject(Api).instance('i-1'));
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ code: 'INPUT_INVALID', status: 422, detail: 'why', traceId: 't' });
    expect(problem.errors[0]?.path).toBe('/a');
  });
  it("makes a problem of a proxy's page", async () => {
    answerWith(502, '<h1>Bad gateway</h1>');
    expect(await problemOf(TestBed.inject(Api).instance('i-1'))).toMatchObject({
      code: 'HTTP_502',
      detail: '<h1>Bad gateway</h1>',
    });
  });
  it('says so when the server cannot be reached', async () => {
    globalThis.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await problemOf(TestBed.inject(Api).queues())).toMatchObject({ code: 'UNREACHABLE', status: 0 });
  });
  it('leaves out what is not asked', () => expect(queryText({ a: 1, b: undefined, c: '', d: 'x y' })).toBe('?a=1&d=x+y'));
});

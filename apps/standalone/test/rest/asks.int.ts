import { jest } from '@jest/globals';
import type { Ask } from '#libs/contracts';
import { all, Product, refusal } from './product.js';

jest.setTimeout(60_000);

let product: Product;
beforeAll(async () => {
  product = await Product.open();
  const ask = (id: string, rest: object) => ({ id, type: 'ask', ...rest });
  await product.register('expense', [
    ask('approve', { kind: 'approval', prompt: 'Pay ${input.boss}?', assignees: ['${input.boss}'], due: '2d', timeout: '3d' }),
  ]);
  await product.register('lunch', [ask('meal', { kind: 'choice', name: 'What to eat', choices: ['soup', 'salad'] })]);
  await product.register('story', [ask('tell', { kind: 'text' })]);
  const form = { type: 'object', required: ['seats'], properties: { seats: { type: 'integer', minimum: 1 } } };
  await product.register('booking', [ask('seats', { kind: 'form', form })]);
  await product.register('impatient', [ask('late', { kind: 'approval', timeout: '200ms', timeoutValue: 'rejected' })]);
}, 60_000);
afterAll(() => product.close());

const asksOf = (query: { assignee?: string; instance?: string }): Promise<Ask[]> => all(product.client.listAsks(query));
const asked = async (definition: string, input: Parameters<Product['start']>[1] = {}): Promise<string> => {
  const id = await product.start(definition, input);
  await product.waitsFor(id, 'ask');
  return id;
};

describe('an ask', () => {
  it('is in the list of whom it is asked of until it is answered, and the answer is the output', async () => {
    const id = await asked('expense', { boss: 'ada' });
    const [ask, ...others] = await asksOf({ assignee: 'ada' });
    expect(others).toEqual([]);
    expect(ask).toMatchObject({
      ...{ instance: id, definition: 'expense', path: 'approve', name: 'approve', kind: 'approval', prompt: 'Pay ada?' },
      ...{ assignees: ['ada'], claimedBy: null, choices: null },
    });
    expect(Date.parse(ask!.timeoutAt!) - Date.parse(ask!.openedAt)).toBe(3 * 86_400_000);
    expect(await asksOf({ assignee: 'bob' })).toEqual([]);
    const answered = await product.client.answerAsk(id, 'approve', { value: 'approved', comment: 'fine', by: 'ada' });
    expect(answered).toMatchObject({ id, outcome: 'applied' });
    expect(await product.end(id)).toMatchObject({
      status: 'completed',
      output: { value: 'approved', comment: 'fine', by: 'ada' },
    });
    expect(await asksOf({ instance: id })).toEqual([]);
  });

  it('is answered once: the second answer is a conflict, also of ten at the same time', async () => {
    const id = await asked('expense', { boss: 'ada' });
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => product.client.answerAsk(id, 'approve', { value: 'rejected', by: `p${n}` })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = answers.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { status: number }).status] : []));
    expect(refused).toEqual(Array(9).fill(409));
    expect(await refusal(product.client.answerAsk(id, 'approve', { value: 'approved' }))).toMatchObject({ status: 409 });
  });

  it.each([
    ['expense', 'approve', { value: 'maybe' }, '/value', 'expected "approved" or "rejected"'],
    ['expense', 'approve', { value: 'aproved' }, '/value', 'Did you mean "approved"?'],
    ['lunch', 'What to eat', { value: 'Soup' }, '/value', 'Did you mean "soup"?'],
    ['lunch', 'What to eat', { value: 'steak' }, '/value', 'What is asked: GET /api/v1/asks?instance='],
    ['story', 'tell', { value: 7 }, '/value', 'text'],
    ['booking', 'seats', { form: { seats: 0 } }, '/form/seats', '1'],
    ['booking', 'seats', { form: {} }, '/form/seats', 'seats'],
  ])('of %s is not answered with what does not fit: %s %j', async (definition, name, answer, path, words) => {
    const id = await asked(definition, { boss: 'ada' });
    const refused = await refusal(product.client.answerAsk(id, name, answer));
    expect(refused).toMatchObject({ status: 422, code: 'ANSWER_INVALID', errors: [{ path }] });
    const [first] = refused.errors;
    expect(`${first!.message} ${first!.hint}`).toContain(words);
    expect(await asksOf({ instance: id })).toHaveLength(1);
  });

  it.each([
    ['lunch', 'What to eat', { value: 'soup' }, { value: 'soup' }],
    ['lunch', 'meal', { value: 'salad' }, { value: 'salad' }],
    ['story', 'tell', { value: 'once upon a time' }, { value: 'once upon a time' }],
    ['booking', 'seats', { form: { seats: 2 } }, { form: { seats: 2 } }],
  ])('of %s is answered by its name or path: %s %j', async (definition, name, answer, output) => {
    const id = await asked(definition);
    await product.client.answerAsk(id, name, answer);
    expect((await product.end(id)).output).toMatchObject(output);
  });

  it('is claimed by one, and passed on to others', async () => {
    const id = await asked('expense', { boss: 'ada' });
    await product.client.claimAsk(id, 'approve', { by: 'eve' });
    expect(await asksOf({ assignee: 'eve' })).toMatchObject([{ instance: id, claimedBy: 'eve', assignees: ['ada'] }]);
    expect(await refusal(product.client.claimAsk(id, 'approve', { by: 'bob' }))).toMatchObject({
      ...{ status: 409, code: 'ACTION_NOT_POSSIBLE' },
      errors: [{ path: '/by', message: expect.stringContaining('somebody has claimed "approve"') as string }],
    });
    expect((await product.waitsFor(id, 'ask')).waitingFor[0]).toMatchObject({
      reason: 'ask',
      text: expect.stringContaining('claimed by eve') as string,
    });
    await product.client.reassignAsk(id, 'approve', { assignees: ['bob', 'cyd'], by: 'ada', reason: 'on leave' });
    expect(await asksOf({ instance: id })).toMatchObject([{ claimedBy: null, assignees: ['bob', 'cyd'] }]);
    expect(await asksOf({ assignee: 'eve' })).toEqual([]);
  });

  it('that nobody answers in time takes the value it was given for that', async () => {
    const id = await product.start('impatient');
    expect(await product.end(id)).toMatchObject({ status: 'completed', output: { value: 'rejected' } });
    expect(await asksOf({ instance: id })).toEqual([]);
  });

  it('waits as long as it did before when its instance was paused, and the list says until when', async () => {
    const id = await asked('expense', { boss: 'pia' });
    const before = Date.parse((await asksOf({ instance: id }))[0]!.timeoutAt!);
    await product.client.pause(id);
    const { pausedAt } = await product.client.getInstance(id);
    await product.client.resume(id);
    const [after] = await asksOf({ instance: id });
    const { waitingFor } = await product.client.getInstance(id);
    expect(Date.parse(after!.timeoutAt!)).toBeGreaterThan(before);
    expect(Date.parse(after!.timeoutAt!) - before).toBeLessThan(Date.now() - Date.parse(pausedAt!) + 1_000);
    expect(waitingFor[0]!.until).toBe(after!.timeoutAt);
  });

  it('leaves the list with its instance', async () => {
    const id = await asked('expense', { boss: 'kim' });
    await product.client.cancel(id);
    await product.end(id);
    expect(await asksOf({ assignee: 'kim' })).toEqual([]);
    expect(await refusal(product.client.answerAsk(id, 'approve', { value: 'approved' }))).toMatchObject({
      status: 409,
      code: 'INSTANCE_ENDED',
    });
  });

  it('of an unknown name or instance is not found', async () => {
    const id = await asked('story');
    expect(await refusal(product.client.answerAsk(id, 'nothing', { value: 'x' }))).toMatchObject({
      status: 404,
      code: 'ASK_NOT_FOUND',
    });
    const nobody = '01990000-0000-7000-8000-000000000000';
    expect(await refusal(product.client.claimAsk(nobody, 'tell', { by: 'ada' }))).toMatchObject({ code: 'INSTANCE_NOT_FOUND' });
  });

  it('is told live to whom it is asked of, from its opening to its end', async () => {
    const live = product.client.live();
    try {
      const told = live.subscribe({ subscribe: 'asks', assignee: 'liv' })[Symbol.asyncIterator]();
      const next = async (): Promise<Ask[]> => ((await told.next()).value as { items: Ask[] }).items;
      expect(await next()).toEqual([]);
      const id = await asked('expense', { boss: 'liv' });
      expect(await next()).toMatchObject([{ instance: id, claimedBy: null }]);
      await product.client.claimAsk(id, 'approve', { by: 'liv' });
      expect(await next()).toMatchObject([{ instance: id, claimedBy: 'liv' }]);
      await product.client.answerAsk(id, 'approve', { value: 'approved' });
      expect(await next()).toEqual([]);
    } finally {
      live.close();
    }
  });
});

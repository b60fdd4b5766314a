import { all, begin, ended, type Feature, refusal, run, waits, step, type World } from './feature.js';

const ask = (rest: object): object => ({ steps: [{ id: 'ask', type: 'ask', ...rest }] });

async function asked(world: World, rest: object): Promise<string> {
  const id = await begin(world, ask(rest));
  await waits(world, id, 'ask', 'ask');
  return id;
}

export const asks: Feature[] = [
  [
    'an approval is listed with its people and answered once: a wrong answer is refused with 422, a second one with 409',
    async (world) => {
      const { client } = world;
      const id = await asked(world, {
        kind: 'approval',
        name: 'expense',
        prompt: 'Pay ${1 + 1}?',
        assignees: ['ann', 'bob'],
        due: '1h',
      });
      const [listed] = await all(client.listAsks({ assignee: 'ann', instance: id }));
      expect(listed).toMatchObject({
        instance: id,
        name: 'expense',
        kind: 'approval',
        prompt: 'Pay 2?',
        assignees: ['ann', 'bob'],
      });
      expect(listed?.dueAt).not.toBeNull();
      expect(await refusal(client.answerAsk(id, 'expense', { value: 'perhaps' }))).toMatch(/^422 /);
      await client.answerAsk(id, 'expense', { value: 'approved', comment: 'fine', by: 'ann' }, { waitMs: 20_000 });
      expect((await ended(world, id)).output).toMatchObject({ value: 'approved', comment: 'fine', by: 'ann' });
      expect(await refusal(client.answerAsk(id, 'expense', { value: 'rejected' }))).toMatch(/^409 /);
      expect(await all(client.listAsks({ instance: id }))).toEqual([]);
    },
  ],
  [
    'a choice takes one of its choices',
    async (world) => {
      const { client } = world;
      const id = await asked(world, { kind: 'choice', choices: ['red', 'green'] });
      expect(await refusal(client.answerAsk(id, 'ask', { value: 'blue' }))).toMatch(/^422 /);
      await client.answerAsk(id, 'ask', { value: 'green' });
      expect((await ended(world, id)).output).toMatchObject({ value: 'green' });
    },
  ],
  [
    'a text takes a text',
    async (world) => {
      const { client } = world;
      const id = await asked(world, { kind: 'text' });
      expect(await refusal(client.answerAsk(id, 'ask', { value: { no: 'text' } }))).toMatch(/^422 /);
      await client.answerAsk(id, 'ask', { value: 'because' });
      expect((await ended(world, id)).output).toMatchObject({ value: 'because' });
    },
  ],
  [
    'a form is checked against its schema',
    async (world) => {
      const { client } = world;
      const form = { type: 'object', required: ['days'], properties: { days: { type: 'integer', minimum: 1 } } };
      const id = await asked(world, { kind: 'form', form });
      expect(await refusal(client.answerAsk(id, 'ask', { form: { days: 0 } }))).toMatch(/^422 /);
      await client.answerAsk(id, 'ask', { form: { days: 3 }, by: 'eve' });
      expect((await ended(world, id)).output).toMatchObject({ form: { days: 3 }, by: 'eve' });
    },
  ],
  [
    'an ask that nobody answers takes its time-out value, and never passes by itself without one',
    async (world) => {
      const given = await run(world, ask({ kind: 'approval', timeout: '700ms', timeoutValue: 'rejected' }));
      expect(given).toMatchObject({ status: 'completed', output: { value: 'rejected' } });
      const failed = await run(world, ask({ kind: 'approval', timeout: '700ms' }));
      expect(failed).toMatchObject({ status: 'failed', error: { code: 'TIMED_OUT' } });
    },
  ],
  [
    'an ask is claimed and handed to others',
    async (world) => {
      const { client } = world;
      const id = await asked(world, { kind: 'text', assignees: ['ann'] });
      await client.claimAsk(id, 'ask', { by: 'ann' }, { waitMs: 20_000 });
      expect((await all(client.listAsks({ instance: id })))[0]).toMatchObject({ claimedBy: 'ann' });
      await client.reassignAsk(id, 'ask', { assignees: ['bob'] }, { waitMs: 20_000 });
      expect(await all(client.listAsks({ instance: id, assignee: 'ann' }))).toEqual([]);
      expect((await all(client.listAsks({ instance: id, assignee: 'bob' })))[0]).toMatchObject({ assignees: ['bob'] });
      await client.answerAsk(id, 'ask', { value: 'done', by: 'bob' });
      expect((await ended(world, id)).status).toBe('completed');
    },
  ],
  [
    'two people who answer at the same time: one answer counts, the other gets 409',
    async (world) => {
      const { client } = world;
      const id = await asked(world, { kind: 'approval' });
      const answers = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) => client.answerAsk(id, 'ask', { value: 'approved', by: `p${n}` }, { waitMs: 20_000 })),
      );
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(answers.filter((each) => each.status === 'rejected' && each.reason.status === 409)).toHaveLength(7);
      expect((await step(world, id, 'ask')).status).toBe('completed');
    },
  ],
];

import type { Json } from '#libs/engine';
import { command, type ItemOf } from '../../../worker-sdk/src/testing/scripted-owner.js';
import { type Harness, startWorker } from '../../../worker-sdk/src/testing/worker-harness.js';
import { contractOf, type TaskExtension } from '../task-extension.js';

/** Inputs that bring out how a task behaves. */
export interface TaskWorld {
  readonly task: TaskExtension;
  /** Completes. `effects`: how much it has done outside so far, where it does anything; the same key must do it once. */
  readonly good: { readonly input: Json; readonly output?: unknown; readonly effects?: () => Promise<number> };
  /** Does not fit the schema of the input. */
  readonly misfit: Json;
  /** Fails, with this code. */
  readonly failing: { readonly input: Json; readonly code: string };
  /** Would take longer than anybody waits; `begun` resolves when it is at work. */
  readonly slow?: { readonly input: Json; readonly begun?: () => Promise<unknown> };
  close?(): Promise<unknown>;
}

/** What every task of an extension must do; it runs in a real worker, with a scripted orchestrator. */
export function describeTask(name: string, open: () => Promise<TaskWorld>): void {
  describe(`task ${name}`, () => {
    let world: TaskWorld;
    let harness: Harness;
    let token = 0;
    beforeAll(async () => {
      world = await open();
      harness = await startWorker((tasks) =>
        tasks.register(contractOf(world.task), (input, step) => world.task.run(input as never, step)),
      );
    });
    afterAll(async () => {
      await harness.close();
      await world.close?.();
    });

    const send = async (input: Json, more: object = {}): Promise<number> => {
      token += 1;
      await harness.owner.send([command({ task: world.task.name, token, input, ...more })]);
      return token;
    };
    const outcome = async (of: number): Promise<ItemOf<'completed'> | ItemOf<'failed'>> => {
      const ended = () => [...harness.owner.of('completed'), ...harness.owner.of('failed')].find((item) => item.token === of);
      await harness.owner.until(() => ended() !== undefined, `an outcome of ${world.task.name}`, 15_000);
      return ended()!;
    };

    it('completes with JSON that fits its contract', async () => {
      const done = await outcome(await send(world.good.input));
      expect(done).toMatchObject({ kind: 'completed' });
      if (world.good.output !== undefined) expect(done).toMatchObject({ output: world.good.output });
      expect(done).not.toHaveProperty('note'); // nothing in it had to be replaced to be kept
    });

    it('refuses an input that does not fit, before it does anything', async () => {
      const done = await outcome(await send(world.misfit));
      expect(done).toMatchObject({ kind: 'failed', failure: { code: 'INPUT_INVALID', retryable: false } });
    });

    it('fails with a code that its contract names', async () => {
      const done = await outcome(await send(world.failing.input));
      expect(done).toMatchObject({ kind: 'failed', failure: { code: world.failing.code } });
      expect(world.task.errors).toContain(world.failing.code);
    });

    it('does the same again once, told by the idempotency key', async () => {
      const { input, effects } = world.good;
      const key = { idempotencyKey: 'the-same' };
      await outcome(await send(input, key));
      const before = await effects?.();
      const again = await outcome(await send(input, { ...key, attempt: 2 }));
      expect(again).toMatchObject({ kind: 'completed' });
      expect(await effects?.()).toBe(before);
    });

    it('stops when it is cancelled', async () => {
      if (world.slow === undefined) return;
      const sent = await send(world.slow.input);
      await world.slow.begun?.();
      await harness.owner.abort(sent);
      expect(await outcome(sent)).toMatchObject({ kind: 'failed', failure: { code: 'CANCELLED' } });
    });
  });
}

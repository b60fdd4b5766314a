import amqp from 'amqplib';
import { commandsQueue } from '#libs/contracts';
import { isStepEnded } from '#libs/engine';
import { until } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import type { Run } from '../run.js';
import type { Scenario } from '../scenario.js';

const mebibyte = 1_048_576;
const sizes = [1, 5, 10, 64];
/** As messages and outputs: the largest only with `--full`, for what it does to a small machine. */
const within = (run: Run): number[] => sizes.filter((size) => size <= run.scaled({ smoke: 5, matrix: 10, full: 64 }));

/** A step that returns too much, whose failure is allowed; then the instance waits, so that it can be read and cancelled. */
const bigOutput = {
  name: 'faults.big',
  version: '1.0.0',
  steps: [
    { id: 'big', task: 'ledger.big', input: { bytes: '${input.bytes}' }, allowFailure: true },
    { id: 'wait', type: 'event', names: ['never'] },
  ],
};

export const oversized: Scenario = {
  id: 'F18',
  title: 'inputs and outputs that are too large',
  inject: '1, 5, 10 and 64 MiB as inputs over REST and AMQP, and as outputs of steps, under load',
  mustHold: '413 or a refusal; the instance can still be read and cancelled; nobody else waits',
  floors: { interrupted: 0 },
  async run(run) {
    await run.world.register([bigOutput]);
    await run.survives(() =>
      run.underLoad(async () => {
        const fromMs = monoMs();
        await run.fault('oversized', async () => {
          for (const size of sizes) await overRest(run, size * mebibyte);
          for (const size of within(run)) await overAmqp(run, size * mebibyte);
          for (const size of within(run)) await asOutput(run, size * mebibyte);
        });
        run.measureCalls('beside them', fromMs, monoMs());
      }),
    );
  },
};

async function overRest(run: Run, bytes: number): Promise<void> {
  const body = JSON.stringify({ definition: 'faults.chain', input: { text: 'x'.repeat(bytes) } });
  const send = fetch(`${run.world.cluster.url}/api/v1/instances`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const status = await send.then(({ status }) => status, (error: Error) => String(error.cause ?? error)); // prettier-ignore
  const isRefused = status === 413 || (typeof status === 'string' && /EPIPE|ECONNRESET|closed/.test(status)); // told while it is still sending
  run.check('413', 1, isRefused ? [] : [`an input of ${bytes} bytes was answered ${status}`]);
}

async function overAmqp(run: Run, bytes: number): Promise<void> {
  const connection = await amqp.connect(run.world.broker.url);
  const channel = await connection.createConfirmChannel();
  const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
  const reply = new Promise<string>(
    (resolve) => void channel.consume(replyTo, (message) => resolve(String(message?.content)), { noAck: true }),
  );
  const body = { definition: 'faults.chain', input: { text: 'x'.repeat(bytes) } };
  const options = { messageId: `big-${bytes}`, type: 'workflow.start', replyTo, contentType: 'application/json' };
  channel.publish('orquestra.commands', 'workflow.start', Buffer.from(JSON.stringify(body)), options);
  await channel.waitForConfirms();
  const answer = await Promise.race([reply, new Promise<string>((resolve) => setTimeout(() => resolve('nothing'), 60_000))]);
  run.check(
    'refused',
    1,
    /TOO_LARGE|413/.test(answer) ? [] : [`a command of ${bytes} bytes in ${commandsQueue} was answered ${answer.slice(0, 200)}`],
  );
  await connection.close();
}

async function asOutput(run: Run, bytes: number): Promise<void> {
  const { client } = run.world;
  const { id } = await client.startInstance({ definition: 'faults.big', input: { bytes } });
  run.own.set(id, 'cancelled');
  const ended = await until(
    async () => (await client.steps(id)).find(({ path, status }) => path === 'big' && isStepEnded(status)),
    60_000,
  );
  const error = ended?.error as { code?: string } | null | undefined;
  const isRight = bytes > 2 * mebibyte ? error?.code === 'OUTPUT_TOO_LARGE' : ended?.status === 'completed';
  run.check('output', 1, isRight ? [] : [`an output of ${bytes} bytes ended as ${ended?.status} ${error?.code ?? ''}`]);
  const begun = monoMs();
  await client.getInstance(id);
  run.measure(`reading an instance with an output of ${bytes / mebibyte} MiB`, monoMs() - begun, 'ms', 2_000);
  await client.cancel(id, {}, { waitMs: 10_000 });
}

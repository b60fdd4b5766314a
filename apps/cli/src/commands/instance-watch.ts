import type { Instance, TopicMessage } from '#libs/contracts';
import { WaitTimedOut } from '#libs/client';
import { isEnded } from '#libs/engine';
import type { Context } from '../context.js';
import { Redraw } from '../output/redraw.js';
import { watchScreen } from '../output/watch-screen.js';
import { foldWatch, watchOf, type Watch } from '../watch-view.js';
import { outcomeCode, printEnd } from './instance-end.js';
import { resolveId } from './resolve-id.js';

/** Between two drawings of the screen while nothing but the clock moves. */
const tickMs = 250;

/** Follows live: one screen redrawn on a terminal, an audit event a line in a pipe. */
export async function watchInstance(context: Context, { timeout }: { timeout?: number }, idText: string): Promise<number> {
  const { client, printer, shell } = context;
  const id = await resolveId(client, idText);
  const instance = await client.getInstance(id);
  const deadline = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  const live = client.live();
  try {
    const signal = deadline ? AbortSignal.any([deadline, shell.interrupt]) : shell.interrupt;
    const messages = live.subscribe({ subscribe: 'instance', id }, { signal });
    if (printer.isJson) await printEvents(context, messages);
    else await drawScreen(context, instance, messages);
  } finally {
    live.close();
  }
  shell.interrupt.throwIfAborted();
  const ended = await client.getInstance(id);
  if (!isEnded(ended.status)) throw new WaitTimedOut(id, timeout ?? 0);
  if (!printer.isJson) printEnd(printer, ended);
  return outcomeCode(ended);
}

const endings = new Set([
  'instanceCompleted',
  'instanceFailed',
  'instanceCancelled',
  'instanceTimedOut',
  'instanceCompensated',
  'instanceCompensationFailed',
]);

async function printEvents({ printer }: Context, messages: AsyncIterable<TopicMessage>): Promise<void> {
  for await (const message of messages) {
    if (message.topic !== 'instance') continue;
    for (const event of message.events) printer.json(event);
    const last = message.events.at(-1);
    if (last !== undefined && endings.has(last.type)) return; // an earlier end was followed by a retry
  }
}

async function drawScreen({ printer, shell }: Context, instance: Instance, messages: AsyncIterable<TopicMessage>): Promise<void> {
  const redraw = new Redraw(shell);
  let watch: Watch = watchOf(instance);
  const draw = (): void => redraw.draw(watchScreen(watch, shell.now(), printer.colours));
  draw();
  const ticker = setInterval(draw, tickMs);
  try {
    for await (const message of messages) {
      if (message.topic !== 'instance') continue;
      watch = foldWatch(watch, message);
      if (isEnded(watch.view.status)) return;
    }
  } finally {
    clearInterval(ticker);
    draw();
    redraw.leave();
  }
}

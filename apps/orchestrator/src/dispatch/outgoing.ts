import { defaultTenant, exchanges, workerQueue } from '#libs/contracts';
import { effects, stepCommand, type AuditEvent, type InstanceId, type LifecycleEvent } from '#libs/engine';
import type { OutgoingMessage } from '#libs/messaging';
import type { CachedInstance } from '../partitions/instance-cache.js';
import type { ToldMessage } from '../partitions/event-teller.js';
import type { ClaimVerdict } from '../partitions/batch-fold.js';
import { boundEnvelope, packCommands, type CommandEnvelope, type WrittenCommand } from './envelopes.js';
import { lifecycleMessage } from './lifecycle-message.js';
import { envelopeSize } from './window.js';
import { laneOf } from './lane-use.js';

/** Everything a committed batch must send. Built at once, before the next batch changes the states. */
export interface Outgoing {
  readonly commands: readonly CommandEnvelope[];
  readonly others: readonly OutgoingMessage[];
  /** Lifecycle events: nothing waits for these. None when nobody could hear them: the feed tells them in any case. */
  readonly told: readonly ToldMessage[];
  /** Attempts whose command no worker could be sent: each ends as a failed attempt. */
  readonly unsendable: readonly UnsendableCommand[];
}

export interface UnsendableCommand {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly token: number;
  readonly reason: string;
}

/** LANGUAGE §7: a step's payload is at most 2 MiB; the rest is the command around it, with the progress of the attempt before. */
const commandBytesAtMost = 2 * 1024 * 1024 + 80 * 1024;
const abortsPerMessage = 500;

interface Changed {
  readonly instance: CachedInstance;
  readonly events: readonly AuditEvent[];
}

export function outgoing(
  partition: number,
  changed: Iterable<Changed>,
  verdicts: readonly ClaimVerdict[],
  meanMs: (task: string) => number | undefined,
  isHeard = true,
): Outgoing {
  const lanes = new Map<string, { queue: string; task: string; commands: WrittenCommand[] }>();
  const aborts: { instanceId: InstanceId; path: string; token: number; reason: 'cancelled' | 'timeout' }[] = [];
  const others: OutgoingMessage[] = verdicts.map(answerMessage);
  const unsendable: UnsendableCommand[] = [];
  const told: ToldMessage[] = [];
  const bound: CommandEnvelope[] = [];
  for (const { instance, events } of changed) {
    for (const effect of effects(instance.state, events)) {
      if (effect.kind === 'command') {
        const { queue, task, path, worker } = effect;
        const written = writeCommand(instance, path, partition);
        if ('reason' in written) {
          unsendable.push({ instanceId: instance.state.id, path, token: effect.token, reason: written.reason });
          continue;
        }
        if (worker !== undefined) {
          bound.push(boundEnvelope(worker, written));
          continue;
        }
        const lane = lanes.get(laneOf(queue, task)) ?? { queue, task, commands: [] };
        lane.commands.push(written);
        lanes.set(laneOf(queue, task), lane);
      } else if (effect.kind === 'abort') {
        aborts.push({ instanceId: instance.state.id, path: effect.path, token: effect.token, reason: effect.reason });
      } else if (effect.kind === 'lifecycle' && isHeard) told.push(toldMessage(instance, effect.event));
    }
  }
  for (let at = 0; at < aborts.length; at += abortsPerMessage)
    others.push(controlMessage({ kind: 'abort', items: aborts.slice(at, at + abortsPerMessage) }));
  const commands = [...lanes.values()].flatMap(({ queue, task, commands: all }) =>
    packCommands(queue, task, all, envelopeSize(meanMs(task))),
  );
  return { commands: [...commands, ...bound], others, told, unsendable };
}

/** The definition is that of the head: the state of an instance that was cancelled before its start knows none. */
function toldMessage({ state, head }: CachedInstance, event: LifecycleEvent): ToldMessage {
  return { instanceId: state.id, seq: event.seq, message: lifecycleMessage(head, event, { value: state.output }) };
}

/** One command with its text, or why there cannot be one: one instance must never stop the sending of all others. */
export function writeCommand(instance: CachedInstance, path: string, partition: number): WrittenCommand | { reason: string } {
  try {
    const command = { ...stepCommand(instance.plan, instance.state, path), partition };
    const text = JSON.stringify(command);
    const bytes = text.length > commandBytesAtMost / 3 ? Buffer.byteLength(text) : text.length;
    if (bytes <= commandBytesAtMost) return { command, text };
    return {
      reason: `expected the input of step "${path}" to have at most 2 MiB, but its command has ${bytes} bytes; give the step a smaller \`input\``,
    };
  } catch (error) {
    return { reason: `the command of step "${path}" could not be written: ${String(error)}` };
  }
}

const controlMessage = (content: object): OutgoingMessage => ({
  exchange: exchanges.control,
  routingKey: '',
  content: Buffer.from(JSON.stringify({ v: 1, tenant: defaultTenant, ...content })),
  persistent: false,
});

/** A worker that is gone has no queue: its answer is returned and dropped, the attempt is judged by its heartbeat. */
function answerMessage({ instanceId, token, claimant, granted }: ClaimVerdict): OutgoingMessage {
  const content = { v: 1, tenant: defaultTenant, kind: 'claimAnswers', items: [{ instanceId, token, granted }] };
  return { exchange: '', routingKey: workerQueue(claimant), content: Buffer.from(JSON.stringify(content)), mandatory: true };
}

import { defaultTenant, exchanges, stepKey, workerQueue, type StepCommand } from '#libs/contracts';
import type { WorkerRef } from '#libs/engine';
import type { OutgoingMessage } from '#libs/messaging';

const envelopeBytes = 256 * 1024;

/** A command and its JSON. */
export interface WrittenCommand {
  readonly command: StepCommand;
  readonly text: string;
}

/** Commands of one message and where they belong. */
export interface CommandEnvelope {
  readonly queue: string;
  readonly task: string;
  readonly commands: readonly StepCommand[];
  readonly message: OutgoingMessage;
  /** Present: it goes to the queue of this worker. */
  readonly worker?: WorkerRef;
}

/** A command bound to a worker travels alone: one that has to wait there holds up no other. */
export function boundEnvelope(worker: WorkerRef, { command, text }: WrittenCommand): CommandEnvelope {
  const { queue, task } = command;
  const to = { exchange: '', routingKey: workerQueue(worker.id) };
  return { queue, task, commands: [command], worker, message: { ...messageOf(queue, task, [text]), ...to } };
}

/**
 * Packs commands of one lane into messages, in order: at most `size` a message and 256 KiB; a command that was sent before travels alone,
 * so that a worker never has to take it apart.
 */
export function packCommands(queue: string, task: string, commands: readonly WrittenCommand[], size: number): CommandEnvelope[] {
  const envelopes: CommandEnvelope[] = [];
  let batch: StepCommand[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (batch.length > 0) envelopes.push({ queue, task, commands: batch, message: messageOf(queue, task, texts) });
    [batch, texts, bytes] = [[], [], 0];
  };
  for (const { command, text } of commands) {
    const isAlone = command.delivery > 1;
    if (isAlone || batch.length >= size || bytes + text.length > envelopeBytes) flush();
    batch.push(command);
    texts.push(text);
    bytes += text.length;
    if (isAlone) flush();
  }
  flush();
  return envelopes;
}

function messageOf(queue: string, task: string, texts: readonly string[]): OutgoingMessage {
  return {
    exchange: exchanges.steps,
    routingKey: stepKey(queue, task),
    content: Buffer.from(`{"v":1,"tenant":"${defaultTenant}","kind":"steps","items":[${texts.join(',')}]}`),
    mandatory: true,
    type: 'steps',
  };
}

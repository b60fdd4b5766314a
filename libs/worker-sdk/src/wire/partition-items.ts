import type { LogLine, StepCommand } from '#libs/contracts';
import type { Failure, Json } from '#libs/engine';

/**
 * The items of a partition envelope as text. Written by hand around values that are already text, because an output is
 * turned into JSON once (to measure it) and completions are the hottest messages of a worker; a test holds them to the schema.
 */
const head = (kind: string, { instanceId, path, token }: StepCommand): string =>
  `{"kind":"${kind}","instanceId":"${instanceId}","path":${JSON.stringify(path)},"token":${token}`;

export interface Ran {
  readonly worker: string;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** @param outputText the output as JSON */
export const completedItem = (
  command: StepCommand,
  ran: Ran,
  outputText: string,
  { note, lines }: { readonly note?: string; readonly lines?: readonly LogLine[] } = {},
): string =>
  `${head('completed', command)},"worker":${JSON.stringify(ran.worker)},"startedAt":${ran.startedAt}` +
  `${note === undefined ? '' : `,"note":${JSON.stringify(note)}`}${logsOf(command, lines)},"output":${outputText}}`;

export const failedItem = (command: StepCommand, ran: Ran, failure: Failure, lines?: readonly LogLine[]): string =>
  `${head('failed', command)},"worker":${JSON.stringify(ran.worker)},"startedAt":${ran.startedAt}` +
  `${logsOf(command, lines)},"failure":${JSON.stringify(failure)}}`;

export const progressItem = (
  command: StepCommand,
  worker: string,
  { details, lines }: { readonly details?: Json; readonly lines?: readonly LogLine[] },
): string =>
  `${head('progress', command)},"worker":${JSON.stringify(worker)}${logsOf(command, lines)}` +
  `${details === undefined ? '' : `,"details":${JSON.stringify(details)}`}}`;

export const claimItem = (command: StepCommand, claimant: string): string =>
  `${head('claim', command)},"claimant":${JSON.stringify(claimant)}}`;

export const returnedItem = (command: StepCommand, worker: string): string =>
  `${head('returned', command)},"queue":${JSON.stringify(command.queue)},"task":${JSON.stringify(command.task)},` +
  `"delivery":${command.delivery},"worker":${JSON.stringify(worker)}}`;

const logsOf = (command: StepCommand, lines: readonly LogLine[] = []): string =>
  lines.length === 0 ? '' : `,"attempt":${command.attempt},"logs":${JSON.stringify(lines)}`;

/** A whole envelope. @param items texts of items, at least one */
export const partitionEnvelope = (tenant: string, items: readonly string[]): Buffer =>
  Buffer.from(`{"v":1,"tenant":${JSON.stringify(tenant)},"kind":"partition","items":[${items.join(',')}]}`);

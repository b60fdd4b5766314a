import type { PartitionItem } from '#libs/contracts';
import type { Input } from '../partitions/inputs.js';

/**
 * An input as it would come by a message, so that it can be redriven: what a worker said, or else a look at the instance, whose inbox and
 * clocks say the rest.
 */
export function itemOf(input: Input): PartitionItem {
  const { instanceId } = input;
  if (input.kind !== 'message') return { kind: 'hint', instanceId };
  const { message } = input;
  switch (message.type) {
    case 'stepCompleted': {
      const { path, token, output, worker, startedAt, note } = message;
      const { durationMs } = input;
      const more = { ...(durationMs !== undefined && { durationMs }), ...(note !== undefined && { note }) };
      return { kind: 'completed', instanceId, path, token, output, worker, startedAt, ...more };
    }
    case 'stepFailed': {
      const { path, token, failure, worker, startedAt } = message;
      return { kind: 'failed', instanceId, path, token, failure, worker, startedAt };
    }
    case 'claim':
      return { kind: 'claim', instanceId, path: message.path, token: message.token, claimant: message.claimant };
    default:
      return { kind: 'hint', instanceId };
  }
}

/** Which step of its instance an input is about. */
export const pathOf = (input: Input): string | undefined => {
  if (input.kind === 'returned') return input.path;
  return input.kind === 'message' && 'path' in input.message ? input.message.path : undefined;
};

/** Names an input: the same one that comes again is the same incident. */
export function nameOf(input: Input): string {
  const { instanceId } = input;
  if (input.kind !== 'message') return `${instanceId}:${input.kind}`;
  const { message } = input;
  return `${instanceId}:${message.type}${'token' in message ? `:${message.token}` : ''}`;
}

const id = /"instanceId"\s*:\s*"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"/i;
const path = /"path"\s*:\s*("(?:[^"\\]|\\.){1,1000}")/;

/** What a message that cannot be read is about, as far as its text tells: the first instance and the first step it names. */
export function namedIn(text: string): { readonly instanceId?: string; readonly path?: string } {
  const instanceId = id.exec(text)?.[1]?.toLowerCase();
  if (instanceId === undefined) return {};
  const step = path.exec(text)?.[1];
  return { instanceId, ...(step !== undefined && textIn(step)) };
}

function textIn(json: string): { path?: string } {
  try {
    return { path: JSON.parse(json) as string };
  } catch {
    return {};
  }
}

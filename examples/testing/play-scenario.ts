import { readFileSync } from 'node:fs';
import { type Json, parseDefinition } from '#libs/engine';
import { TaskFailure } from '#libs/worker-sdk';
import type { Answer, Worker } from '../../libs/engine/src/testing/play.js';
import type { VirtualShell } from '../../libs/engine/src/testing/virtual-shell.js';
import { VirtualWorld } from '../../libs/engine/src/testing/virtual-world.js';
import { exampleDefinitions } from '../index.js';
import type { Ended } from '../judge.js';
import type { Act, Scenario } from '../scenarios.js';
import { TripHandlers } from '../trip-handlers.js';

/** All example definitions by name. */
export const definitions: Readonly<Record<string, object>> = Object.fromEntries(
  exampleDefinitions().map((path) => {
    const document = parseDefinition(readFileSync(path, 'utf8'), 'yaml').document as { name: string };
    return [document.name, document];
  }),
);

/** Runs a scenario of an example in virtual time, with tasks that take none. */
export function playScenario(
  example: string,
  { input, acts = [] }: Pick<Scenario, 'input' | 'acts'>,
): Ended & { tookMs: number } {
  const world = new VirtualWorld(definitions);
  const shell = world.start(`examples.${example}`, input);
  const startedAt = shell.nowMs;
  const open = [...acts];
  world.run(newWorker(), () => {
    const act = open.shift();
    if (act !== undefined) perform(shell, act);
    return act !== undefined;
  });
  const { status, output, error } = shell.state;
  return { status, output, error, history: shell.history, tookMs: shell.nowMs - startedAt };
}

function perform(shell: VirtualShell, act: Act): void {
  const message =
    'event' in act
      ? ({ type: 'event', event: { ...act.event, id: `to ${act.at}`, at: shell.nowMs }, path: act.at } as const)
      : ({ type: 'answerAsk', name: act.at, ...act.answer } as const);
  const decision = shell.tell(message);
  if (!decision.accepted) throw new Error(`expected ${act.at} to wait for it, but it was refused: ${decision.reason}`);
}

interface Simulated {
  readonly failTimes?: number;
  readonly failWith?: { readonly code: string; readonly retryable?: boolean };
  readonly output?: Json;
}

const trip = new TripHandlers();
const log = (): void => undefined;
const fail = (code: string): never => {
  throw new TaskFailure(code);
};

function charged(charge: () => Json): Answer {
  try {
    return { output: charge() };
  } catch (failure) {
    if (failure instanceof TaskFailure) return { code: failure.code, retryable: failure.retryable };
    throw failure;
  }
}

/** Does what workers do, at once. */
function newWorker(): Worker {
  const attempts = new Map<string, number>();
  return (path, input, task): Answer => {
    const attempt = (attempts.get(path) ?? 0) + 1;
    attempts.set(path, attempt);
    switch (task) {
      case 'simulate': {
        const { failTimes = 0, failWith = { code: 'SIMULATED' }, output = null } = (input ?? {}) as Simulated;
        return attempt <= failTimes ? { retryable: true, ...failWith } : { output };
      }
      case 'echo':
        return { output: input };
      case 'script': {
        const { code, args = null } = input as { code: string; args?: Json };
        return { output: (new Function('args', 'print', code) as (...all: unknown[]) => Json)(args, log) };
      }
      case 'http':
        return { code: 'HTTP_UNREACHABLE', retryable: true };
      case 'trip.book':
        return { output: trip.book(input as never, { idempotencyKey: path, log } as never) };
      case 'trip.cancel':
        return { output: trip.cancel(input as never, { log } as never) };
      case 'trip.charge':
        return charged(() => trip.charge(input as never, { fail } as never));
      default:
        throw new Error(`expected a task of the examples, but was ${task}`);
    }
  };
}

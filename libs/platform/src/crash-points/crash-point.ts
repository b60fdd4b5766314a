import { writeSync } from 'node:fs';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/variables.js';
import type { CrashPoint } from './points.js';

/** How a process ends that was told to crash: as one that was killed with -9. */
export const crashExitCode = 137;

interface Armed {
  readonly name: CrashPoint;
  passesLeft: number;
  readonly exit: (code: number) => void;
}

let armed: Armed | undefined;

/** A place between two side effects. Where no crash was asked for, which is everywhere but in tests, it costs one comparison. */
export function crashPoint(name: CrashPoint): void {
  if (armed !== undefined && armed.name === name) pass(armed);
}

/** As `crashPoint`, when what was handed to a socket in this turn of the event loop has left. */
export function crashPointAfterWrites(name: CrashPoint): void {
  if (armed !== undefined && armed.name === name) setImmediate(() => setImmediate(() => crashPoint(name)));
}

/**
 * Makes this process end at the n-th pass of a point, as if it were killed there.
 * @throws ConfigError when crash points are not allowed: nobody crashes a service by a variable that was left behind
 */
export function armCrashPoint(
  { crashPoint: wanted, crashPointsAllowed }: Pick<Config, 'crashPoint' | 'crashPointsAllowed'>,
  exit: (code: number) => void = (code) => process.exit(code),
): void {
  armed = undefined;
  if (wanted === undefined) return;
  const message = 'makes the process crash, which is for tests; it is taken only with ORQUESTRA_CRASH_POINTS_ALLOWED=true';
  if (!crashPointsAllowed) throw new ConfigError([{ variable: 'ORQUESTRA_CRASH_POINT', message }]);
  armed = { name: wanted.name, passesLeft: wanted.pass, exit };
}

function pass(point: Armed): void {
  point.passesLeft -= 1;
  if (point.passesLeft > 0) return;
  armed = undefined;
  writeSync(2, `crash point ${point.name}\n`); // at once: nothing buffered outlives this
  point.exit(crashExitCode);
}

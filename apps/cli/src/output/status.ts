import pc from 'picocolors';
import type { InstanceStatus, StepStatus } from '#libs/engine';

export type Colours = ReturnType<typeof pc.createColors>;
type Colour = 'gray' | 'blue' | 'magenta' | 'yellow' | 'green' | 'red' | 'dim';

/** Glyph first, word second, colour third: each state can be told without colour. The glyphs are the console's. */
const looks: Readonly<Record<InstanceStatus | StepStatus, readonly [glyph: string, colour: Colour]>> = {
  pending: ['○', 'gray'],
  scheduled: ['○', 'gray'],
  running: ['◐', 'blue'],
  waiting: ['‖', 'magenta'],
  retrying: ['↻', 'yellow'],
  completed: ['✓', 'green'],
  failed: ['✕', 'red'],
  timed_out: ['✕', 'red'],
  compensating: ['↶', 'yellow'],
  compensated: ['↶', 'yellow'],
  compensation_failed: ['✕', 'red'],
  paused: ['▮', 'gray'],
  cancelling: ['⊘', 'dim'],
  cancelled: ['⊘', 'dim'],
  skipped: ['⤼', 'dim'],
  blocked: ['⊘', 'dim'],
};

/** Words where the status itself would puzzle a reader. */
const words: Partial<Record<InstanceStatus | StepStatus, string>> = {
  timed_out: 'timed out',
  compensation_failed: 'compensation failed',
  blocked: 'not run: upstream failed',
};

export function statusText(status: InstanceStatus | StepStatus, colours: Colours): string {
  const [glyph, colour] = looks[status];
  return colours[colour](`${glyph} ${words[status] ?? status}`);
}

/** `FORCE_COLOR` and `NO_COLOR` decide (the second wins); else a terminal that is not dumb. */
export function coloursFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Colours {
  if ((env['NO_COLOR'] ?? '') !== '') return pc.createColors(false);
  const isForced = (env['FORCE_COLOR'] ?? '0') !== '0';
  return pc.createColors(isForced || (isTerminal && env['TERM'] !== 'dumb'));
}

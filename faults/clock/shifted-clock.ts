import { readFileSync, unlinkSync, watchFile } from 'node:fs';
import { clockFile } from './clock-file.js';

/**
 * Loaded before a service (`--import`): its wall clock can be put forward and back. Of JavaScript alone, which is all a service reads; what is
 * monotonic (timers, `performance`) goes on as it was, as when somebody sets the clock of a machine.
 */
const Real = Date;
let shiftMs = 0;
const nowMs = (): number => Real.now() + shiftMs;

globalThis.Date = new Proxy(Real, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget as () => unknown) as object,
  apply: () => new Real(nowMs()).toString(),
  get: (target, name) => (name === 'now' ? nowMs : (Reflect.get(target, name) as unknown)),
});

const file = clockFile(process.pid);
watchFile(file, { interval: 50, persistent: false }, ({ size }) => {
  if (size === 0) return; // not there, or not written yet
  shiftMs = Number(readFileSync(file, 'utf8'));
  unlinkSync(file);
  process.stderr.write(`clock shifted by ${shiftMs} ms\n`);
});

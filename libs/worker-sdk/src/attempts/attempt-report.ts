import { type LogLevel, type LogLine, logLevels } from '#libs/contracts';
import { type Json, storable } from '#libs/engine';
import { boundedDetails } from './failure-of.js';

/** What the lines of an attempt may weigh together, each with what it takes to keep it. */
const maxLogBytes = 64 * 1024;
const bytesPerLine = 32;
const maxLineCharacters = 8_192;
const cutNote = `more was logged, but at most ${maxLogBytes / 1024} KiB of an attempt are kept`;

/** What a running handler has told of itself and its owner does not know yet. */
export class AttemptReport {
  /** Monotonic ms of the last sign of life. */
  beatAtMs: number;
  /** Monotonic ms at which its owner was last told lines, and details. */
  linesToldAtMs: number;
  detailsToldAtMs: number;
  /** Something of it is on the way. */
  isOnTheWay = false;
  private details: { readonly value: Json; readonly text: string } | undefined;
  private toldText: string | undefined;
  private lines: LogLine[] = [];
  private count = 0;
  private bytes = 0;
  private isCut = false;

  constructor(nowMs: number) {
    this.beatAtMs = nowMs;
    this.linesToldAtMs = nowMs;
    this.detailsToldAtMs = nowMs;
  }

  /** @param details the latest wins */
  beat(nowMs: number, details?: unknown): void {
    this.beatAtMs = nowMs;
    if (details === undefined) return;
    const value = boundedDetails(details);
    const text = JSON.stringify(value);
    this.details = text === this.toldText ? undefined : { value, text };
  }

  /** @param at epoch ms */
  log(at: number, level: LogLevel, text: string): void {
    if (this.isCut) return;
    const shown = (storable(text).value as string).slice(0, maxLineCharacters);
    this.bytes += Buffer.byteLength(shown) + bytesPerLine;
    this.isCut = this.bytes > maxLogBytes;
    this.count += 1;
    this.lines.push(
      this.isCut ? { no: this.count, at, level: 'warn', text: cutNote } : { no: this.count, at, level, text: shown },
    );
  }

  get hasLines(): boolean {
    return this.lines.length > 0;
  }

  get hasDetails(): boolean {
    return this.details !== undefined;
  }

  takeLines(): readonly LogLine[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  takeDetails(): Json | undefined {
    const { details } = this;
    this.details = undefined;
    if (details !== undefined) this.toldText = details.text;
    return details?.value;
  }
}

/** `(text, fields?)` or `(level, text, fields?)`: fields stand behind the text as JSON. */
export function logArguments(args: readonly unknown[]): { readonly level: LogLevel; readonly text: string } {
  const [first, second, third] = args;
  const hasLevel = typeof second === 'string' && isLevel(first);
  const [level, text, fields] = hasLevel ? [first, second, third] : ['info' as const, String(first), second];
  return { level, text: fields === undefined ? text : `${text} ${jsonText(fields)}` };
}

const isLevel = (value: unknown): value is LogLevel => (logLevels as readonly unknown[]).includes(value);

function jsonText(fields: unknown): string {
  try {
    return JSON.stringify(storable(fields).value);
  } catch {
    return '(fields that are no JSON)';
  }
}

import { readSync, writeSync } from 'node:fs';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import type { SandboxAnswer, SandboxJob } from './protocol.js';

// The whole program of a sandbox process: reads a job, runs it in a QuickJS of its own, writes the answer, reads the next. It imports nothing of
// ours, so that it runs from its source as well. Everything here is synchronous: what a script does can hold up nothing but this process.

/** QuickJS counts it in its own frames; the stack of the WebAssembly module has room for more. */
const stackBytes = 256 * 1024;
const pageBytes = 64 * 1024;
const memoryBytes = Number(process.argv[2]) * 1024 * 1024;
/** What the module begins with, its own code and stack included. */
const initialBytes = 16 * 1024 * 1024;
/** What it may grow to; the last step of its growth is a little shorter. */
const mostBytes = initialBytes + memoryBytes;
const almostBytes = mostBytes - 1024 * 1024;
/** Memory of the module never shrinks: a process that has grown beyond this is not used again. */
const retireBytes = 48 * 1024 * 1024;

/**
 * Runs before the script, while nothing has been tampered with; gives what is needed after it. What it hands out is JSON of texts: no method of
 * the script's (`toJSON`, `toString`) is asked then, and no text is cut at U+0000.
 */
const harness = `((host, longest) => {
  const { stringify } = JSON, text = String, slice = Function.prototype.call.bind(text.prototype.slice), error = Error;
  const show = (value) => {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null || value instanceof error) return text(value);
    try { return stringify(value) ?? text(value); } catch { return 'an object that is no JSON'; }
  };
  globalThis.print = (...values) => {
    let line = '';
    for (let at = 0; at < values.length; at += 1) line += (at > 0 ? ' ' : '') + show(values[at]);
    host(stringify(slice(line, 0, longest)));
  };
  const cut = (value) => slice(text(value), 0, 2000);
  const member = (thrown, key) => {
    try { return cut(thrown[key] ?? ''); } catch { return ''; }
  };
  const words = (thrown) => {
    try { return 'it threw ' + cut(thrown); } catch { return 'it threw a ' + typeof thrown + ' that is no text'; }
  };
  const describe = (thrown) =>
    stringify(
      typeof thrown === 'object' && thrown !== null
        ? { __proto__: null, name: member(thrown, 'name'), message: member(thrown, 'message'), stack: member(thrown, 'stack') }
        : { __proto__: null, name: '', message: words(thrown), stack: '' },
    );
  return { stringify, describe };
})`;

/** The script as the body of an async function, on the first line so that its lines keep their numbers. */
const program = (code: string): string => `(async function () {"use strict";${code}\n})()`;

class Evaluation {
  isOverdue = false;
  /** Nothing of it is left in the module. QuickJS may lose track of an object when it runs out of memory, and says so when it is to let go of all. */
  isGone = false;
  private readonly module: QuickJSWASMModule;
  private readonly job: SandboxJob;
  private readonly deadline: number;
  private logged = 0;

  // Written out: parameter properties are more than types, and this file runs with its types merely stripped.
  constructor(module: QuickJSWASMModule, job: SandboxJob) {
    this.module = module;
    this.job = job;
    this.deadline = performance.now() + job.timeoutMs;
  }

  run(): SandboxAnswer {
    const runtime = this.module.newRuntime({
      memoryLimitBytes: memoryBytes,
      maxStackSizeBytes: stackBytes,
      interruptHandler: () => (this.isOverdue ||= performance.now() > this.deadline),
    });
    const context = runtime.newContext();
    const answer = this.evaluate(runtime, context);
    this.letGo(runtime, context); // before the answer is given: whoever waits for it also watches over this
    return answer;
  }

  private letGo(runtime: QuickJSRuntime, context: QuickJSContext): void {
    try {
      context.dispose();
      runtime.dispose();
      this.isGone = true;
    } catch {
      // The answer stands; the process is not used again.
    }
  }

  private evaluate(runtime: QuickJSRuntime, context: QuickJSContext): SandboxAnswer {
    const kept = this.prepare(context);
    const stringify = context.getProp(kept, 'stringify');
    const describe = context.getProp(kept, 'describe');
    kept.dispose();
    try {
      const begun = context.evalCode(program(this.job.code), 'script.js');
      if (begun.error) return this.failed(context, describe, begun.error);
      const result = begun.value;
      let state = context.getPromiseState(result);
      while (state.type === 'pending' && runtime.hasPendingJob() && !this.isOverdue) {
        const { error } = runtime.executePendingJobs(100);
        if (error) {
          result.dispose();
          return this.failed(context, describe, error); // what a script throws rejects its promise: this is out of memory, or of time
        }
        state = context.getPromiseState(result);
      }
      const isPromise = state.type !== 'fulfilled' || state.notAPromise !== true; // a script may close the function it is the body of
      if (isPromise) result.dispose();
      if (state.type === 'rejected') return this.failed(context, describe, state.error);
      if (state.type === 'fulfilled') return this.done(context, { stringify, describe }, state.value);
      if (this.isOverdue) return { kind: 'overdue' };
      return this.isFull ? { kind: 'memory' } : { kind: 'error', message: 'it waits for what never comes', line: null };
    } finally {
      stringify.dispose();
      describe.dispose();
    }
  }

  /** QuickJS then throws `null`, having no room for an error, or loses what a promise waits for. */
  private get isFull(): boolean {
    return this.module.getWasmMemory().buffer.byteLength >= almostBytes;
  }

  private prepare(context: QuickJSContext): QuickJSHandle {
    const parse = context.unwrapResult(context.evalCode('JSON.parse'));
    const text = context.newString(this.job.args);
    const args = context.unwrapResult(context.callFunction(parse, context.undefined, text));
    context.setProp(context.global, 'args', args);
    const host = context.newFunction('print', (line) => this.print(JSON.parse(context.getString(line)) as string));
    const longest = context.newNumber(this.job.logChars);
    const prepare = context.unwrapResult(context.evalCode(harness));
    const kept = context.unwrapResult(context.callFunction(prepare, context.undefined, host, longest));
    for (const handle of [parse, text, args, host, longest, prepare]) handle.dispose();
    return kept;
  }

  private print(line: string): void {
    if (this.logged > this.job.logChars) return;
    this.logged += line.length + 1;
    write({ kind: 'print', text: line });
  }

  private done(context: QuickJSContext, kept: Kept, value: QuickJSHandle): SandboxAnswer {
    const type = context.typeof(value);
    const written = context.callFunction(kept.stringify, context.undefined, value);
    value.dispose();
    if (written.error) {
      const failed = this.failed(context, kept.describe, written.error);
      return failed.kind === 'error' ? { kind: 'noJson', message: failed.message } : failed;
    }
    const json = written.value;
    const isText = context.typeof(json) === 'string';
    const length = isText ? context.getProp(json, 'length').consume((handle) => context.getNumber(handle)) : 0;
    const output = isText && length <= this.job.outputBytes ? context.getString(json) : undefined;
    json.dispose();
    if (output !== undefined) return { kind: 'done', output };
    if (isText) return { kind: 'tooLarge', bytes: length };
    return type === 'undefined' ? { kind: 'done', output: 'null' } : { kind: 'noJson', message: `it was a ${type}` };
  }

  private failed(context: QuickJSContext, describe: QuickJSHandle, thrown: QuickJSHandle): SandboxAnswer {
    const described = context.callFunction(describe, context.undefined, thrown);
    thrown.dispose();
    if (described.error) {
      described.error.dispose();
      return this.isOverdue ? { kind: 'overdue' } : { kind: 'memory' };
    }
    const text = described.value.consume((handle) => context.getString(handle));
    if (this.isOverdue) return { kind: 'overdue' };
    const { name, message, stack } = JSON.parse(text) as { name: string; message: string; stack: string };
    if (name === 'InternalError' && message === 'out of memory') return { kind: 'memory' };
    if (message === 'it threw null' && this.isFull) return { kind: 'memory' };
    const line = /script\.js:(\d{1,6})(?!\d)/.exec(stack)?.[1]; // a script may say what it likes, also of its lines
    const said = [name, message].filter((part) => part !== '').join(': ');
    return {
      kind: 'error',
      message: said === '' ? 'it threw an object without a message' : said,
      line: line === undefined ? null : Number(line),
    };
  }
}

/** Functions of the harness, as they were before the script. */
interface Kept {
  readonly stringify: QuickJSHandle;
  readonly describe: QuickJSHandle;
}

function write(message: object): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
}

/** @returns undefined when the worker is gone */
function read(length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const count = readSync(0, bytes, at, length - at, null);
    if (count === 0) return undefined;
    at += count;
  }
  return bytes;
}

function nextJob(): SandboxJob | undefined {
  const head = read(4);
  const body = head && read(head.readUInt32LE());
  return body && (JSON.parse(body.toString()) as SandboxJob);
}

/** The module could not go on. Recursion of QuickJS itself may use up the stack of this process before the one it counts. */
function answerOfTrap(error: unknown): SandboxAnswer {
  const words = String(error).slice(0, 2_000);
  if (words.includes('out of memory')) return { kind: 'memory' };
  const message = words.includes('call stack') ? 'InternalError: stack overflow' : `the interpreter gave up: ${words}`;
  return { kind: 'error', message, line: null };
}

/** A module that has trapped, or run out of memory, is not to be trusted again: nor is this process. */
function answerOf(module: QuickJSWASMModule, job: SandboxJob): { answer: SandboxAnswer; isSpent: boolean } {
  const evaluation = new Evaluation(module, job);
  try {
    const answer = evaluation.run();
    return {
      answer,
      isSpent: !evaluation.isGone || answer.kind === 'memory' || module.getWasmMemory().buffer.byteLength > retireBytes,
    };
  } catch (error) {
    return { answer: evaluation.isOverdue ? { kind: 'overdue' } : answerOfTrap(error), isSpent: true };
  }
}

// QuickJS's own limit counts single allocations only in WebAssembly; the memory of the module is what really bounds it.
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Memory: new (pages: object) => never } };
const wasmMemory = new WebAssembly.Memory({
  initial: initialBytes / pageBytes,
  maximum: mostBytes / pageBytes,
});
const module = await newQuickJSWASMModuleFromVariant(newVariant(variant as unknown as QuickJSSyncVariant, { wasmMemory }));
for (let job = nextJob(); job !== undefined; job = nextJob()) {
  const { answer, isSpent } = answerOf(module, job);
  write({ ...answer, isSpent });
  if (isSpent) break;
}

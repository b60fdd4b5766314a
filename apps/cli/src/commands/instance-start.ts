import { ApiProblem, WaitTimedOut } from '#libs/client';
import type { Instance, Started, StartRequest } from '#libs/contracts';
import { NotFoundError } from '../cli-error.js';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { readInput } from '../input.js';
import { nearest } from '../nearest.js';
import { progressBar, type Progress, silent } from '../output/progress.js';
import { statusText } from '../output/status.js';
import { plain } from '../output/text.js';
import { follow } from './follow.js';
import { outcomeCode, printEnd } from './instance-end.js';

interface StartOptions {
  readonly input?: string;
  readonly set?: readonly string[];
  readonly key?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly startAt?: string;
  readonly singleton?: string;
  readonly debounce?: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly timeout?: number;
}

export async function startInstance(context: Context, options: StartOptions & { wait?: boolean }, name: string): Promise<number> {
  const { printer } = context;
  const started = await start(context, options, name);
  if (options.wait) {
    const ended = await waitForEnd(context, started, options.timeout, silent(context.shell));
    printEnd(printer, ended);
    return outcomeCode(ended);
  }
  if (printer.isJson) printer.json(started);
  else {
    printer.line(`${statusText(started.status, printer.colours)}  ${started.definition}@${started.version}  ${started.id}`);
    printer.note(`Watch it: orquestra instance watch ${started.id}`);
  }
  return exitCodes.ok;
}

/** Progress on stderr, the output on stdout, so that `run` can stand in a pipe. */
export async function runInstance(context: Context, options: StartOptions, name: string): Promise<number> {
  const started = await start(context, options, name);
  const ended = await waitForEnd(context, started, options.timeout, progressBar(context.shell, started.definition));
  printEnd(context.printer, ended);
  return outcomeCode(ended);
}

async function start(context: Context, options: StartOptions, name: string): Promise<Started> {
  const at = name.indexOf('@');
  const request: StartRequest = {
    definition: at < 0 ? name : name.slice(0, at),
    ...(at >= 0 && { version: name.slice(at + 1) }),
    input: await readInput(options.input, options.set ?? [], context.shell),
    key: options.key,
    id: options.id,
    startAt: options.startAt,
    singleton: options.singleton,
    debounce: debounceOf(options.debounce),
    queue: options.queue,
    priority: options.priority,
    tags: options.tag,
  };
  try {
    return await context.client.startInstance(request, { signal: context.shell.interrupt });
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'DEFINITION_NOT_FOUND')
      throw await withNearest(context, request.definition, error);
    throw error;
  }
}

/** `key=duration`; a key may hold "=". */
function debounceOf(text: string | undefined): StartRequest['debounce'] {
  if (text === undefined) return undefined;
  const at = text.lastIndexOf('=');
  return { key: text.slice(0, Math.max(0, at)), for: text.slice(at + 1) };
}

async function withNearest({ client }: Context, wanted: string, problem: ApiProblem): Promise<Error> {
  const names: string[] = [];
  for await (const { name } of client.listDefinitions({ pageSize: 200 })) names.push(name);
  const near = nearest(wanted, names);
  const hint = near ? `Did you mean ${near}?` : 'Registered ones: orquestra definition list';
  return new NotFoundError(plain(problem.message), hint);
}

/** Meanwhile shows how far it is, and says what it waits for. */
async function waitForEnd(
  context: Context,
  { id }: Started,
  timeoutMs: number | undefined,
  progress: Progress,
): Promise<Instance> {
  const { client, shell, printer } = context;
  const following = follow(context, id, progress);
  try {
    const ended = await client.waitForInstance(id, { timeoutMs, signal: shell.interrupt });
    following.stop();
    progress.finish(ended);
    return ended;
  } catch (error) {
    following.stop();
    progress.stop();
    if (shell.interrupt.aborted) printer.note(`\nThe instance goes on. Watch it: orquestra instance watch ${id}`);
    else if (!(error instanceof WaitTimedOut)) printer.note(`Instance ${id} was started and goes on.`);
    throw error;
  }
}

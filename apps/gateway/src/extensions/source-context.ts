import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventOutcome, Started } from '#libs/contracts';
import { type TriggerContext, TriggerRefused } from '#libs/extension-sdk';
import type { RootLogger } from '#libs/platform';
import type { CommandHandler } from '../commands/command-handler.js';
import type { CommandName } from '../commands/read-command.js';
import { ApiProblem } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { bodyLimit } from '../http/entry.js';
import type { Once } from '../http/once.js';
import { parseRequestJson } from '../http/request-json.js';
import { messageKeyOf } from '../messages/message-key.js';

/** Before the next try while something is away, ms; doubles up to the longest. */
const firstRetryMs = 200;
const longestRetryMs = 10_000;
const longestId = 200;

/** The doors of the commands, for a source in this process: each occurrence counts once, under its own id. */
export class SourceContext implements TriggerContext {
  private readonly open = new Set<Promise<unknown>>();

  constructor(
    private readonly source: string,
    private readonly handler: Pick<CommandHandler, 'handle'>,
    private readonly once: Pick<Once, 'forgetRefusal'>,
    private readonly logger: RootLogger,
    readonly signal: AbortSignal,
  ) {}

  readonly start: TriggerContext['start'] = (id, request) => this.tell<Started>('workflow.start', id, request);

  readonly event: TriggerContext['event'] = (id, event) => this.tell<EventOutcome>('workflow.event', id, event);

  readonly log: TriggerContext['log'] = (level, text, fields = {}) => this.logger[level](fields, text);

  /** When nothing it was told is on its way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.open);
  }

  private tell<T>(name: CommandName, id: string, body: object): Promise<T> {
    const told = this.untilDone<T>(name, id, body).finally(() => this.open.delete(told));
    this.open.add(told);
    return told;
  }

  private async untilDone<T>(name: CommandName, id: string, body: object): Promise<T> {
    requireId(id);
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
      this.signal.throwIfAborted();
      const answer = await this.attempt(name, id, body);
      if (answer !== undefined) return answer as T;
      await pause(waitMs, undefined, { signal: this.signal });
    }
  }

  /** @returns undefined when it is worth another try */
  private async attempt(name: CommandName, id: string, body: object): Promise<unknown> {
    const text = textOf(body);
    const key = messageKeyOf('source', `${this.source}:${id}`);
    try {
      const command = {
        name,
        id,
        key,
        hash: createHash('sha256').update(`${name}\n${text}`).digest('hex'),
        body: readBody(text),
        event: undefined,
        waitMs: 0,
      };
      const answer = await this.handler.handle(command, randomBytes(16).toString('hex'));
      const value = JSON.parse(answer.body) as { code?: string; detail?: string };
      if (answer.type === 'problem') throw new TriggerRefused(value.code ?? 'REFUSED', value.detail ?? 'was refused');
      return value;
    } catch (error) {
      const refusal = this.refusalOf(error, id);
      if (refusal === undefined) return undefined;
      // Nothing was done. Told again, when its definition is there, it is to be done.
      await this.once.forgetRefusal(key).catch(() => undefined);
      throw refusal;
    }
  }

  /** @returns undefined when it may go through the next time */
  private refusalOf(error: unknown, id: string): TriggerRefused | undefined {
    if (error instanceof TriggerRefused) return error;
    const problem = classifyError(error);
    if (problem.status < 500 && problem.status !== 429 && problem.code !== 'IDEMPOTENCY_KEY_IN_USE')
      return new TriggerRefused(problem.code, problem.message);
    this.logger.warn({ code: problem.code, id }, `what a trigger told could not be stored yet; trying again: ${problem.message}`);
    return undefined;
  }
}

/** @throws TriggerRefused */
function requireId(id: string): void {
  if (typeof id === 'string' && id !== '' && id.length <= longestId) return;
  throw new TriggerRefused(
    'MESSAGE_ID_REQUIRED',
    `expected an id of 1 to ${longestId} characters, but was ${JSON.stringify(id)}`,
  );
}

/** @throws TriggerRefused */
function textOf(body: unknown): string {
  try {
    if (typeof body === 'object' && body !== null) return JSON.stringify(body);
  } catch {
    // a circle, or a bigint: as little an object of JSON as a number
  }
  throw new TriggerRefused('BODY_INVALID', 'expected an object of JSON, but was something else');
}

function readBody(text: string): unknown {
  if (Buffer.byteLength(text) > bodyLimit)
    throw new ApiProblem('BODY_TOO_LARGE', `expected at most ${bodyLimit} bytes, but there are ${Buffer.byteLength(text)}`);
  return parseRequestJson(text);
}

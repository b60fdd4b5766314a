import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { hookAnswerSchema } from '#libs/contracts';
import { HookDeliveries, IncidentStore, SpoiltRow, type TriggerRow, TriggerStore } from '#libs/persistence';
import { crashPoint, type SignatureVerdict, verifyWebhook } from '#libs/platform';
import { stepAside } from '../admission/passes.js';
import { ApiProblem } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { requireIdempotencyKey } from '../http/idempotency.interceptor.js';
import { Once, type OnceAnswer, type OnceRequest } from '../http/once.js';
import { IncidentMetrics } from '../incidents/incident-metrics.js';
import { messageKeyOf } from '../messages/message-key.js';
import { CompiledTriggers } from '../triggers/compiled-triggers.js';
import { TriggerNotes } from '../triggers/trigger-notes.js';
import { TriggerTarget } from '../triggers/trigger-target.js';
import { type HookRequest, readHookRequest, visible } from './hook-request.js';

export interface HookCall extends HookRequest {
  readonly traceId: string;
  readonly path: string;
}

export interface HookReply {
  readonly status: number;
  /** A `HookAnswer`, as JSON. */
  readonly body: string;
}

type HookRow = TriggerRow & { readonly kind: 'hook' };
type Seen = 'valid' | 'invalid' | 'missing' | 'unchecked';
type Answered = HookReply & { readonly isReplay: boolean };

/** Refusals that say nothing about what was sent: nobody knows who sent it, or it is to be sent again. */
const notTheContent: ReadonlySet<string> = new Set([
  'SIGNATURE_INVALID',
  'HOOK_PAUSED',
  'IDEMPOTENCY_KEY_IN_USE',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
]);
/** The first request with an id is being answered: the second waits for that, looking so often, ms. */
const lookMs = 50;
const longestWaitMs = 10_000;
/** Of a body, to be shown. */
const shownCharacters = 4_096;
const shownIdCharacters = 1_000;

/** Requests to hooks: checked, answered once, and noted. */
@Injectable()
export class HookReceiver {
  constructor(
    private readonly triggers: TriggerStore,
    private readonly compiled: CompiledTriggers,
    private readonly target: TriggerTarget,
    private readonly once: Once,
    private readonly deliveries: HookDeliveries,
    private readonly notes: TriggerNotes,
    private readonly incidents: IncidentStore,
    private readonly metrics: IncidentMetrics,
  ) {}

  /** @throws ApiProblem HOOK_NOT_FOUND, HOOK_PAUSED, SIGNATURE_INVALID, what cannot be read, and what a start is refused for */
  async receive(name: string, call: HookCall): Promise<HookReply> {
    const row = requireHook(name, await this.triggers.get(name));
    const verdict = verdictOf(row, call);
    const seen = seenAs(verdict);
    try {
      requireSignature(verdict);
      const answer = await this.answer(row, call);
      const { outcome, instance } = JSON.parse(answer.body) as { outcome: string; instance?: string };
      crashPoint('hook.answered');
      this.notes.ran(name, { outcome, instance: instance ?? null });
      await this.note(name, call, seen, {
        status: answer.status,
        outcome: answer.isReplay ? 'duplicate' : outcome,
        instanceId: instance ?? null,
        reason: null,
      });
      return answer;
    } catch (error) {
      const { status, code, message } = classifyError(error);
      const reason = `${code}: ${message}`.slice(0, 1_000);
      // A database that is away could not keep it either.
      if (code !== 'DATABASE_UNAVAILABLE')
        await this.note(name, call, seen, { status, outcome: 'refused', instanceId: null, reason });
      if (status < 429 && !notTheContent.has(code)) await this.refused(row, call, { code, reason });
      throw error;
    }
  }

  /**
   * A request that was refused, handled anew. It keeps the name its sender has given it, if any, so that the sender's own repeat and this one
   * are one request; else `key` names it.
   * @param sent   its body as it came; that of the call may be another one
   * @throws ApiProblem as `receive`
   */
  async again(name: string, call: HookCall, sent: Buffer, key: string): Promise<z.output<typeof hookAnswerSchema>> {
    const row = requireHook(name, await this.triggers.get(name));
    const about = { traceId: call.traceId, path: call.path, keepsRefusals: false };
    const named = onceRequest(name, { ...call, body: sent }, webhookId(call)) ?? { ...about, key, hash: 'redrive' };
    const { body } = await this.answer(row, call, named);
    const answer = JSON.parse(body) as z.output<typeof hookAnswerSchema>;
    this.notes.ran(name, { outcome: answer.outcome, instance: answer.instance ?? null });
    return answer;
  }

  private async answer(
    row: HookRow,
    call: HookCall,
    named: OnceRequest | undefined = onceRequest(row.name, call, webhookId(call)),
  ): Promise<Answered> {
    if (row.status !== 'active') throw paused(row);
    const request = readHookRequest(call);
    const id = webhookId(call);
    const act = async (subject?: string): Promise<HookReply> => {
      const named = { name: row.name, trigger: this.compiled.of(row) };
      const { status, ...fired } = await this.target.fire(named, { request }, request.body, subject);
      return { status, body: JSON.stringify({ ...fired, id: id ?? subject ?? fired.instance ?? call.traceId }) };
    };
    return named === undefined ? { ...(await act()), isReplay: false } : this.onlyOnce(named, act);
  }

  /** Of two that come at once the second is answered when the first is, with the same. */
  private async onlyOnce(request: OnceRequest, act: (subject: string) => Promise<HookReply>): Promise<OnceAnswer> {
    const deadline = performance.now() + longestWaitMs;
    for (;;) {
      try {
        return await this.once.run(request, act);
      } catch (error) {
        const isInUse = error instanceof ApiProblem && error.code === 'IDEMPOTENCY_KEY_IN_USE';
        if (!isInUse || performance.now() > deadline) throw error;
        // With too many who wait already it keeps its place: that is one of a bounded number, and for ten seconds at most.
        stepAside();
        await pause(lookMs);
      }
    }
  }

  /** Its sender was answered, and may not listen: a person is told, too. One message, however often it is sent. */
  private async refused(row: HookRow, call: HookCall, trouble: { code: string; reason: string }): Promise<void> {
    const { name, spec } = row;
    const key = onceRequest(name, call, webhookId(call))?.key;
    const { definition } = spec;
    const incident = {
      ...{ kind: 'refusedHook', ...trouble, raw: call.body },
      headers: { ...visible(call.headers), method: call.method, query: call.query, trigger: name, code: trouble.code },
      ...(key !== undefined && { messageKey: `refusedHook:${key}` }),
      ...(typeof definition === 'string' && { definition }),
    };
    this.metrics.note('refusedHook');
    await this.incidents.record(incident).catch(() => undefined); // the refusal stands, and was answered
  }

  private async note(
    name: string,
    call: HookCall,
    signature: Seen,
    told: {
      readonly status: number;
      readonly outcome: string;
      readonly instanceId: string | null;
      readonly reason: string | null;
    },
  ): Promise<void> {
    const shown = call.body.subarray(0, shownCharacters).toString('utf8');
    const delivery = {
      ...told,
      signature,
      deliveryId: webhookId(call)?.slice(0, shownIdCharacters),
      bytes: call.body.length,
      body: shown,
    };
    // What was done is done: a note that is lost is no reason to say that it was not.
    await this.deliveries.note(name, delivery).catch(() => undefined);
  }
}

function requireHook(name: string, row: TriggerRow | undefined): HookRow {
  if (row?.kind === 'hook') return row as HookRow;
  throw new ApiProblem(
    'HOOK_NOT_FOUND',
    `expected the name of a hook, but there is none named ${JSON.stringify(name.slice(0, 100))}`,
  );
}

function paused({ name, status, note }: HookRow): ApiProblem {
  const why = note === null ? '' : `: ${note}`;
  return new ApiProblem('HOOK_PAUSED', `expected an active hook, but ${name} is ${status}${why}; send it again later`, {
    headers: { 'retry-after': '60' },
  });
}

const one = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : undefined);

/** However long: one that counted for nothing would let a signed request be replayed. An empty one is none. */
const webhookId = ({ headers }: HookRequest): string | undefined => one(headers['webhook-id']) || undefined;

/** @throws SpoiltRow nobody knows any more who may send to it */
function verdictOf({ name, secrets }: HookRow, { headers, body }: HookCall): SignatureVerdict | undefined {
  if (secrets === null) throw new SpoiltRow(`the secrets of hook ${name} cannot be read`);
  if (secrets.length === 0) return undefined;
  const signed = {
    id: one(headers['webhook-id']),
    timestamp: one(headers['webhook-timestamp']),
    signature: one(headers['webhook-signature']),
  };
  return verifyWebhook(signed, body, secrets, Date.now());
}

function seenAs(verdict: SignatureVerdict | undefined): Seen {
  if (verdict === undefined) return 'unchecked';
  return verdict === 'expired' ? 'invalid' : verdict;
}

function requireSignature(verdict: SignatureVerdict | undefined): void {
  if (verdict === undefined || verdict === 'valid') return;
  throw new ApiProblem(
    'SIGNATURE_INVALID',
    {
      missing: 'expected the headers webhook-id, webhook-timestamp and webhook-signature, but not all of them were there',
      expired: 'expected a webhook-timestamp of within five minutes of now, but it was further away',
      invalid: 'expected a signature of the body with a secret of this hook, but none of those in webhook-signature is one',
    }[verdict],
  );
}

/** A `webhook-id` names its request whatever is in it; an `Idempotency-Key` as everywhere in the API. */
function onceRequest(name: string, call: HookCall, id: string | undefined): OnceRequest | undefined {
  const { traceId, path } = call;
  const about = { traceId, path, keepsRefusals: false };
  if (id !== undefined) return { ...about, key: messageKeyOf(`hook:${name}`, id), hash: 'webhook-id' };
  const key = call.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const hash = createHash('sha256').update(`${call.query}\n`).update(call.body).digest('hex');
  return { ...about, key: `hook:${name}:key:${requireIdempotencyKey(key)}`, hash };
}

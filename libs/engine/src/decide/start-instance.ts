import type { AuditEventData } from '../model/audit-event.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Message, RejectionReason } from '../model/message.js';
import type { Draft } from './draft.js';
import { evaluate, evaluateDuration } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';
import { gatesOf } from './limits/ask-limit.js';

/** Opens the first generation. */
export function decideStart(draft: Draft, message: Extract<Message, { type: 'start' }>): RejectionReason | undefined {
  const { plan, state } = draft;
  const { input, key, queue, priority, checksum, parent, restartOf } = message;
  const facts = { definition: plan.name, version: plan.version, checksum, input, key, queue, priority, parent };
  Object.assign(state, facts); // the draft's own fork: what summary and tags may read
  const { summary, tags, timeoutAt, failures } = readOpening(draft, input, message.tags);
  draft.emit('instanceStarted', { ...facts, restartOf, summary, tags, timeoutAt, gates: gatesOf(plan) });
  if (failures.length > 0)
    draft.emit('instanceClosing', { as: 'failed', error: { code: 'EXPRESSION_FAILED', message: failures.join('; ') } });
  else if (message.paused) draft.emit('instancePaused', { ...message.paused, withDefinition: true });
  return undefined;
}

/** Of a further generation: what fails to be evaluated stays as it was. */
export function openingFacts(
  draft: Draft,
  input: Json,
): Pick<AuditEventData['instanceStartedAgain'], 'summary' | 'tags' | 'timeoutAt'> {
  const { summary, tags, timeoutAt } = readOpening(draft, input, draft.state.tags);
  return { summary, tags, timeoutAt };
}

/** Summary and tags are texts about the input: evaluated once a generation, and recorded. */
function readOpening(draft: Draft, input: Json, given: JsonObject | undefined) {
  const { plan, state } = draft;
  Object.assign(state, { input, startedAt: draft.nowMs });
  const failures: string[] = [];
  const attempt = <T>(what: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      failures.push(`${what}: ${expressionFailure(error).message}`);
      return undefined;
    }
  };
  const summary = plan.summary && attempt('summary', () => inWords(evaluate(draft, plan.summary!)));
  const tags: JsonObject = { ...given };
  for (const [name, template] of Object.entries(plan.tags)) {
    const value = attempt(`tags.${name}`, () => evaluate(draft, template));
    if (value !== undefined) tags[name] = value;
  }
  const timeoutAt = plan.timeout && attempt('timeout', () => draft.nowMs + evaluateDuration(draft, plan.timeout!.after, {}));
  return { summary, tags: Object.keys(tags).length > 0 ? tags : undefined, timeoutAt, failures };
}

/** A text as it is, everything else as JSON: as inside a text. */
const inWords = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Of a generation that goes on with the same input: as much time again. */
export const timeoutAgain = ({ state, nowMs }: Draft): number | undefined =>
  state.timeoutMs === undefined ? undefined : nowMs + state.timeoutMs;

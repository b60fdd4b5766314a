import type { JsonObject } from '../model/json.js';
import type { Message, RejectionReason } from '../model/message.js';
import type { Draft } from './draft.js';
import { evaluate } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';

/** Opens the first generation. Summary and tags are texts about the input: evaluated once, here, and recorded. */
export function decideStart(draft: Draft, message: Extract<Message, { type: 'start' }>): RejectionReason | undefined {
  const { plan, state } = draft;
  const { input, key, queue, priority, checksum } = message;
  const facts = { definition: plan.name, version: plan.version, checksum, input, key, queue, priority };
  Object.assign(state, facts, { startedAt: draft.nowMs }); // the draft's own fork: what summary and tags may read
  const failures: string[] = [];
  const attempt = <T>(what: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      failures.push(`${what}: ${expressionFailure(error).message}`);
      return undefined;
    }
  };
  const summary = plan.summary && attempt('summary', () => String(evaluate(draft, plan.summary!)));
  const tags: JsonObject = { ...message.tags };
  for (const [name, template] of Object.entries(plan.tags)) {
    const value = attempt(`tags.${name}`, () => evaluate(draft, template));
    if (value !== undefined) tags[name] = value;
  }
  const timeoutAt = plan.timeout && draft.nowMs + plan.timeout.afterMs;
  draft.emit('instanceStarted', { ...facts, summary, tags: Object.keys(tags).length > 0 ? tags : undefined, timeoutAt });
  if (failures.length > 0)
    draft.emit('instanceClosing', { as: 'failed', error: { code: 'EXPRESSION_FAILED', message: failures.join('; ') } });
  return undefined;
}

import { PERSON_LENGTH } from '../../compile/vocabulary.js';
import type { Duration } from '../../model/plan.js';
import type { Site } from '../../state/site.js';
import { parseDuration } from '../../parse/duration.js';
import type { Draft } from '../draft.js';
import { type At, evaluate } from '../evaluation.js';
import { textOf } from '../values.js';
import { fireWaitTimeout } from './fire-wait.js';
import { timeoutOf } from './wait-timeout.js';
import { plainText, textsOf, timeOf } from './wait-values.js';

/** A person is asked. All that is shown is evaluated now, so that whoever answers later answers just that. */
export function enterAsk(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { step, path } = site;
  const { kind, name, prompt, choices, form, assignees, due } = step.ask!;
  const at = { site, ...(metBy && { metBy }) };
  const timeoutAt = timeoutOf(draft, at);
  const opened = {
    name: name ? textOf(evaluate(draft, name, at), 'name') : step.id,
    kind,
    prompt: prompt && plainText(evaluate(draft, prompt, at), 'prompt'),
    choices: choices && textsOf(evaluate(draft, choices, at), 'choices'),
    form: form?.schema,
    assignees: assignees && textsOf(evaluate(draft, assignees, at), 'assignees', { mayBeEmpty: true, longest: PERSON_LENGTH }),
    dueAt: due === undefined ? undefined : dueAtOf(draft, due, at),
    timeoutAt,
    needs: metBy,
  };
  draft.emit('askOpened', opened, path);
  if (timeoutAt !== undefined && timeoutAt <= draft.nowMs) fireWaitTimeout(draft, site);
}

/** A duration from now, or a point in time; only shown. */
function dueAtOf(draft: Draft, due: Duration, at: At): number {
  if (typeof due === 'number') return draft.nowMs + due;
  const value = evaluate(draft, due, at);
  const span = typeof value === 'string' ? parseDuration(value) : undefined;
  return span === undefined ? timeOf(value, 'due') : draft.nowMs + span;
}

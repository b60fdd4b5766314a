import type { Json, JsonObject } from '../../model/json.js';
import type { AskPlan } from '../../model/plan.js';

/** What a person answers. */
export interface AskAnswer {
  readonly value?: Json;
  readonly comment?: string;
  readonly form?: Json;
}

/** `path` is a JSON Pointer into the answer. */
export interface AnswerProblem {
  readonly path: string;
  readonly message: string;
}

/**
 * Does an answer fit what was asked? Doors call it first, to say what is wrong; the decision asks the same.
 * @param choices as they were shown, for `choice`
 * @returns [] = it does
 */
export function checkAnswer(
  { kind, form }: Pick<AskPlan, 'kind' | 'form'>,
  choices: readonly string[],
  answer: AskAnswer,
): AnswerProblem[] {
  return [...checkValue(kind, choices, answer.value ?? null), ...checkForm(kind, form, answer.form)];
}

function checkValue(kind: AskPlan['kind'], choices: readonly string[], value: Json): AnswerProblem[] {
  const problem = (expected: string): AnswerProblem[] => [
    { path: '/value', message: `expected ${expected}, but was ${JSON.stringify(value).slice(0, 100)}` },
  ];
  switch (kind) {
    case 'approval':
      return value === 'approved' || value === 'rejected' ? [] : problem('"approved" or "rejected"');
    case 'choice': {
      const isChoice = typeof value === 'string' && choices.includes(value);
      return isChoice ? [] : problem(`one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`);
    }
    case 'text':
      return typeof value === 'string' && value !== '' ? [] : problem('a text');
    case 'form':
      return value === null ? [] : problem('no value beside the form');
  }
}

/** A form belongs to `kind: form`; beside another kind it may be left out. */
function checkForm(kind: AskPlan['kind'], form: AskPlan['form'], value: Json | undefined): AnswerProblem[] {
  if (form === undefined) return value === undefined || value === null ? [] : [{ path: '/form', message: 'expected no form' }];
  if (value === undefined) return kind === 'form' ? [{ path: '/form', message: 'expected the form to be filled in' }] : [];
  return form.check(value).map(({ path, message }) => ({ path: `/form${path}`, message }));
}

/** Output of an ask. */
export function answerOf({ value, comment, form }: AskAnswer, atMs: number, by?: string): JsonObject {
  return { value: value ?? null, comment: comment ?? null, form: form ?? null, by: by ?? null, at: new Date(atMs).toISOString() };
}

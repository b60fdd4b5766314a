import type { AnswerRequest } from '@contracts/rest/asks';
import type { AskFacts } from './ask-facts';

/** An answer as it is given in the form. */
export interface Draft {
  /** The choice or the text. */
  readonly value: string;
  readonly comment: string;
  /** Filled-in form; undefined: untouched. */
  readonly form: unknown;
}

export const emptyDraft: Draft = { value: '', comment: '', form: undefined };

/** What is missing before `outcome` can be sent; undefined: nothing. @param outcome of an approval */
export function missing({ kind }: Pick<AskFacts, 'kind'>, draft: Draft, outcome?: string): string | undefined {
  if (kind === 'approval') {
    const needsWords = outcome === 'rejected' && draft.comment.trim() === '';
    return needsWords ? $localize`Say in the comment why it is rejected.` : undefined;
  }
  if (kind === 'choice' && draft.value === '') return $localize`Choose one.`;
  if (kind === 'text' && draft.value.trim() === '') return $localize`Write an answer.`;
  return undefined;
}

/** The body of the answer. */
export function answerBody({ kind, form }: Pick<AskFacts, 'kind' | 'form'>, draft: Draft, outcome?: string): AnswerRequest {
  const comment = draft.comment.trim();
  const value = kind === 'approval' ? outcome : kind === 'form' ? undefined : draft.value;
  const filled = kind === 'form' ? (draft.form ?? {}) : form === null ? undefined : draft.form;
  return {
    ...(value !== undefined && { value }),
    ...(comment !== '' && { comment }),
    ...(filled !== undefined && { form: filled as never }),
  };
}

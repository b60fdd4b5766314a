import type { ApiProblem } from './api-problem';

/** What a refusal says about the fields of a form, and whether it says something else as well. */
export interface FieldFaults<Name extends string> {
  readonly texts: Readonly<Partial<Record<Name, string>>>;
  /** Something is about no field: the problem is shown as a whole too. */
  readonly hasMore: boolean;
}

/** @param fieldOf the field a JSON Pointer is about; undefined: none */
export function fieldFaults<Name extends string>(
  { errors }: Pick<ApiProblem, 'errors'>,
  fieldOf: (path: string) => Name | undefined,
): FieldFaults<Name> {
  const texts: Partial<Record<Name, string>> = {};
  for (const { path, message, hint } of errors) {
    const field = fieldOf(path);
    if (field !== undefined) texts[field] ??= hint ? `${message}. ${hint}` : message;
  }
  return { texts, hasMore: errors.length === 0 || errors.some(({ path }) => fieldOf(path) === undefined) };
}

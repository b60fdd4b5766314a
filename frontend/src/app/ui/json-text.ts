/** JSON as it is typed: what it means, or why it means nothing yet. Nothing typed is no value. */
export type JsonRead = { readonly value: unknown } | { readonly fault: string } | undefined;

export function readJson(text: string): JsonRead {
  if (text.trim() === '') return undefined;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: $localize`This is not JSON yet: ${error instanceof Error ? error.message : String(error)}:fault:` };
  }
}

export const jsonText = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, null, 2));

/** Stands in a value for what is typed and is no JSON yet. */
export class UnreadJson {
  constructor(readonly fault: string) {}
}

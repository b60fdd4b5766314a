/** Where JSON text stops being JSON; line and column from 1. */
export interface JsonFault {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** Parses JSON; on failure says where. V8 names the offset in most messages; "unexpected end" is the end of the text. */
export function parseJson(text: string): { readonly value: unknown } | { readonly fault: JsonFault } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = (error as Error).message;
    return { fault: { ...placeOf(text, offsetIn(reason, text)), reason: reasonIn(reason) } };
  }
}

function offsetIn(message: string, text: string): number {
  const position = / at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1];
  // Short texts are quoted whole and without a position; the first such character is where it stopped, or very near to it.
  return token !== undefined && !message.includes('Unexpected end') ? Math.max(0, text.indexOf(token)) : text.length;
}

/** Without the quoted text: it would put the caller's data into logs. */
const reasonIn = (message: string): string =>
  message
    .replace(/, (?:\.\.\.)?".*$/su, '')
    .replace(/ in JSON at position .*$/su, '')
    .replace(/ \(line .*$/su, '');

function placeOf(text: string, offset: number): Omit<JsonFault, 'reason'> {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { offset, line: before.split('\n').length, column: offset - lastBreak };
}

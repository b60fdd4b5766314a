/**
 * PostgreSQL array literals, written at once: the driver's own writer looks at every element's type and escapes each with two
 * regular expressions, which costs more than the rest of a batch.
 */

/** Numbers, uuids and other elements that need no quotes; null becomes NULL. */
export const plainArray = (elements: readonly (number | string | null)[]): string => {
  let text = '{';
  for (let i = 0; i < elements.length; i++) text += `${i === 0 ? '' : ','}${elements[i] ?? 'NULL'}`;
  return `${text}}`;
};

/** Any text; null becomes NULL. */
export const textArray = (elements: readonly (string | null)[]): string => {
  let text = '{';
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    if (i > 0) text += ',';
    text += element === null || element === undefined ? 'NULL' : quoted(element);
  }
  return `${text}}`;
};

const needsEscape = /["\\]/;

function quoted(text: string): string {
  return `"${needsEscape.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"') : text}"`;
}

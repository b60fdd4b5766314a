/**
 * `$localize` at run time, for the language the source is written in: strips the meta blocks (`:meaning|description@@id:` before
 * a message, `:NAME:` after a placeholder) and joins. Strings stay marked, so that a translated build can replace them.
 */
type Localize = ((parts: TemplateStringsArray, ...values: unknown[]) => string) & { locale?: string };

declare global {
  var $localize: Localize;
}

function withoutBlock(cooked: string, raw: string): string {
  if (raw.charAt(0) !== ':') return cooked;
  let end = 1;
  for (let at = 1; at < raw.length; at++, end++) {
    if (raw[at] === '\\') at++;
    else if (cooked[end] === ':') return cooked.slice(end + 1);
  }
  return cooked;
}

const localize: Localize = (parts, ...values) =>
  parts.reduce((text, part, index) => {
    const plain = withoutBlock(part, parts.raw[index] ?? part);
    return index === 0 ? plain : text + String(values[index - 1]) + plain;
  }, '');

globalThis.$localize = localize;

export {};

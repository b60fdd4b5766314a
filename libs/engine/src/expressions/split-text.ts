/** A piece of a text: as it stands, or an expression without its `${` and `}`. */
export type TextPiece = { readonly literal: string } | { readonly expression: string };

/** The pieces of a text, or the position at which a `${` begins that is never closed. */
export type SplitText = { readonly pieces: readonly TextPiece[] } | { readonly unclosedAt: number };

/** Does a text hold anything to evaluate or unescape? */
export const mayHoldExpression = (text: string): boolean => text.includes('${');

/**
 * Splits `text ${expression} text`. `$${` stands for a literal `${`; braces inside an expression balance, and those inside
 * its quoted texts and comments do not count.
 */
export function splitText(text: string): SplitText {
  const pieces: TextPiece[] = [];
  let literal = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('${', at);
    if (open < 0) break;
    if (open > at && text[open - 1] === '$') {
      literal += `${text.slice(at, open - 1)}\${`;
      at = open + 2;
      continue;
    }
    const close = closingBrace(text, open + 2);
    if (close < 0) return { unclosedAt: open };
    literal += text.slice(at, open);
    if (literal !== '') pieces.push({ literal });
    literal = '';
    pieces.push({ expression: text.slice(open + 2, close) });
    at = close + 1;
  }
  literal += text.slice(at);
  if (literal !== '' || pieces.length === 0) pieces.push({ literal });
  return { pieces };
}

/** Position of the `}` that closes the expression beginning at `from`; −1 when there is none. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '{') depth += 1;
    else if (character === '}' && depth-- === 0) return at;
    else if (character === '"' || character === "'") at = endOfQuoted(text, at) - 1;
    else if (character === '/' && text[at + 1] === '/') at = endOfLine(text, at);
  }
  return -1;
}

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};

/** Position after a CEL text that begins with the quote at `at`, single or triple; the parser lets `\\` escape in raw texts too. */
function endOfQuoted(text: string, at: number): number {
  const quote = text.slice(at, at + 3) === (text[at] as string).repeat(3) ? text.slice(at, at + 3) : (text[at] as string);
  for (let i = at + quote.length; i < text.length; i++) {
    if (text.startsWith(quote, i)) return i + quote.length;
    if (text[i] === '\\') i += 1;
  }
  return text.length;
}

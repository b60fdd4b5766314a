const BLANK = /[ \t\n\r]*/y;
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

type Expectation = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd';

/**
 * Offset of the first character that makes a text not JSON; its length when it only ends too early.
 * `JSON.parse` tells this only in some of its messages.
 */
export function jsonFault(text: string): number {
  const open: ('{' | '[')[] = [];
  let wanted: Expectation = 'value';
  for (let at = endOf(BLANK, text, 0); at < text.length; at = endOf(BLANK, text, at)) {
    const character = text[at] as string;
    const container = open.at(-1);
    const isEnd = container !== undefined && character === (container === '{' ? '}' : ']');
    if (isEnd && wanted.endsWith('OrEnd')) {
      open.pop();
      wanted = 'commaOrEnd';
      at += 1;
    } else if (wanted === 'commaOrEnd') {
      if (character !== ',' || container === undefined) return at;
      wanted = container === '{' ? 'key' : 'value';
      at += 1;
    } else if (wanted === 'colon') {
      if (character !== ':') return at;
      wanted = 'value';
      at += 1;
    } else if (wanted === 'key' || wanted === 'keyOrEnd') {
      const end = endOf(TEXT, text, at);
      if (end === at) return at;
      [wanted, at] = ['colon', end];
    } else if (character === '{' || character === '[') {
      open.push(character);
      wanted = character === '{' ? 'keyOrEnd' : 'valueOrEnd';
      at += 1;
    } else {
      const end = character === '"' ? endOf(TEXT, text, at) : endOf(SCALAR, text, at);
      if (end === at) return at;
      [wanted, at] = ['commaOrEnd', end];
    }
  }
  return text.length;
}

/** Position after what a pattern matches at `at`; `at` itself when it does not. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

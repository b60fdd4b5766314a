/** A JSON value as YAML 1.2 text, readable and exact: strings are quoted wherever plain text could be read as something else. */
export function toYaml(value: unknown): string {
  return `${block(value, '').replace(/^\n/, '')}\n`;
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;
const maxFlow = 80;

function block(value: unknown, indent: string): string {
  if (typeof value === 'string') return value.includes('\n') && /\S/.test(value) ? literal(value, indent) : scalar(value);
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : list(value, indent);
  return isEmpty(value) ? '{}' : mapping(value as Record<string, unknown>, indent);
}

function mapping(value: Record<string, unknown>, indent: string): string {
  return Object.entries(value)
    .map(([key, child]) => `\n${indent}${plainOrQuoted(key)}:${spaced(child, indent)}`)
    .join('');
}

function spaced(child: unknown, indent: string): string {
  const text = flow(child) ?? block(child, `${indent}  `);
  return text.startsWith('\n') ? text : ` ${text}`;
}

function list(value: readonly unknown[], indent: string): string {
  return value
    .map((item) => {
      const text = flow(item) ?? block(item, `${indent}  `);
      return `\n${indent}- ${text.replace(/^\n\s*/, '')}`;
    })
    .join('');
}

/** Short values without depth on one line: `[a, b]`. */
function flow(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null)) return undefined;
  if (value.some((item) => typeof item === 'string' && item.includes('\n'))) return undefined;
  const text = `[${value.map((item) => inFlow(scalar(item))).join(', ')}]`;
  return text.length <= maxFlow ? text : undefined;
}

/** Within brackets, commas and braces mean something too. */
const inFlow = (text: string): string => (!text.startsWith('"') && /[,[\]{}]/.test(text) ? JSON.stringify(text) : text);

function literal(text: string, indent: string): string {
  if (/^\s|[^\S\n]\n|\r|\t/.test(text)) return JSON.stringify(text);
  const chomp = text.endsWith('\n') ? (text.endsWith('\n\n') ? '+' : '') : '-';
  return `|${chomp}${text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `\n${line === '' ? '' : indent + line}`)
    .join('')}`;
}

const scalar = (value: unknown): string => (typeof value === 'string' ? plainOrQuoted(value) : JSON.stringify(value ?? null));

const looksLikeOther = /^(?:~|null|true|false|yes|no|on|off|[-+]?[.\d].*|\.(?:inf|nan)|<<|=)$/i;

function plainOrQuoted(text: string): string {
  const isPlain =
    /^[A-Za-z0-9_$./][^\n\r\t]*$/.test(text) &&
    !/: |:$| #|\s$/.test(text) &&
    !looksLikeOther.test(text) &&
    !/[\u0000-\u001f\u007f-\u00a0]/.test(text);
  return isPlain ? text : JSON.stringify(text);
}

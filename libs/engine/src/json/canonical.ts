/**
 * JSON text with sorted keys (by UTF-16 code unit, as RFC 8785) and no white space: equal values give equal text.
 * Members that are `undefined` are left out, as `JSON.stringify` does.
 * @param value JSON; the caller has bounded its depth (see `storable`)
 */
export function canonicalJson(value: unknown): string {
  // Most values of the hot path are scalars or already in order: the native writer is several times faster than ours.
  return isOrdered(value) ? (JSON.stringify(value) ?? 'null') : write(value);
}

function isOrdered(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isOrdered);
  let previous: string | undefined;
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    if (previous !== undefined && previous >= key) return false;
    if (!isOrdered(members[key])) return false;
    previous = key;
  }
  return true;
}

function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  const members = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${write(member)}`;
  }
  return `{${text}}`;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const FORM = /^(\d{1,15}(?:\.\d{1,3})?) ?([KMGT]i?B|B|)$/;

/** How sizes are written; for messages. */
export const BYTES_FORMS = '512MiB, 2GiB, 1.5GB or a number of bytes';

/**
 * Bytes of `512MiB`, `2GiB`, `1.5GB` or `1024`: units with `i` are powers of 1,024, those without powers of 1,000.
 * @returns whole bytes ≥ 1, or `undefined` when it is none of these
 */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit] = FORM.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const bytes = Math.round(Number(amount) * UNITS[unit ?? '']!);
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined;
}

/** The largest unit in which it has at most one decimal: `2GiB`, `1.5GiB`, `700B`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const amount = bytes / UNITS[unit]!;
    if (amount >= 1) return `${Math.round(amount * 10) / 10}${unit}`;
  }
  return `${bytes}B`;
}

import type { ColumnOptions } from 'typeorm';

/** A point in time (epoch ms, UTC) or another whole number beyond 32 bits: bigint there, number here (exact up to 2^53). */
const numeric = {
  to: (value: number | null | undefined) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

export const wide = { type: 'bigint', transformer: numeric } as const satisfies ColumnOptions;
export const wideOrNull = { ...wide, nullable: true } as const satisfies ColumnOptions;

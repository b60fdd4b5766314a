import { canonicalJson } from '#libs/engine';
import { bigintArray, intArray, type PgArray, plainArray, textArray, uuidArray } from '../connections/pg-array.js';
import { Payloads, writeStored, writeStoredValue } from '../payloads/stored-json.js';
import type { StartRow } from './instance-door.js';

/** Locks of unique keys are taken in one order by everybody, so that overlapping batches rarely wait in a circle. */
export function inLockOrder<T>(all: readonly T[], rowOf: (each: T) => StartRow): T[] {
  const sortKey = ({ id, definition, key, singleton }: StartRow): string => {
    const name = key ?? singleton;
    return name === null || name === undefined ? id : `${definition} ${name}`;
  };
  return all
    .map((each, place) => ({ each, place, sortKey: sortKey(rowOf(each)) }))
    .sort((a, b) => (a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : a.place - b.place))
    .map(({ each }) => each);
}

/** Values $1 to $23 of the statements that insert starts. */
export function startValues(rows: readonly StartRow[]): PgArray[] {
  const payloads = new Payloads();
  return [
    uuidArray(rows.map((row) => row.id)),
    textArray(rows.map((row) => row.tenant)),
    textArray(rows.map((row) => row.definition)),
    textArray(rows.map((row) => row.version)),
    textArray(rows.map((row) => row.checksum)),
    textArray(rows.map((row) => row.key ?? null)),
    plainArray(rows.map((row) => row.bucket)),
    textArray(rows.map((row) => row.queue ?? null)),
    intArray(rows.map((row) => row.priority ?? null)),
    textArray(rows.map((row) => row.summary ?? null)),
    textArray(rows.map((row) => writeStoredValue(row.id, row.input, payloads))),
    textArray(rows.map((row) => canonicalJson(row.tags ?? {}))),
    uuidArray(rows.map((row) => row.origin?.parent?.instance ?? null)),
    bigintArray(rows.map((row) => row.startAt ?? null)),
    intArray(rows.map((row) => row.stepsTotal ?? 0)),
    textArray(rows.map(({ id, origin }) => (origin ? writeStored(id, origin, payloads) : null))),
    textArray(rows.map((row) => row.singleton ?? null)),
    textArray(rows.map((row) => row.debounce?.key ?? null)),
    plainArray(rows.map((row) => row.debounce?.forMs ?? null)),
    ...payloads.values, // after all that is written into them
  ];
}

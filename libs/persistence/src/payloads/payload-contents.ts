import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { plainArray, textArray } from '../connections/pg-array.js';
import { findPayloads } from './payload-statements.js';
import type { PayloadRef } from './stored-json.js';

const none: ReadonlyMap<string, string> = new Map();

type Run = (text: string, values: unknown[]) => Promise<{ ref: string; content: string }[]>;

/** Contents by reference, in one query; none when there is no reference. */
async function contentsOf(refs: readonly PayloadRef[], run: Run): Promise<ReadonlyMap<string, string>> {
  if (refs.length === 0) return none;
  const wanted = [...new Map(refs.map((one) => [one.ref, one])).values()];
  const ids = plainArray(wanted.map(({ ref }) => ref.slice(0, ref.indexOf('/'))));
  const rows = await run(findPayloads.text, [ids, textArray(wanted.map(({ sha256 }) => sha256))]);
  return new Map(rows.map(({ ref, content }) => [ref, content]));
}

export const contentsFromPool = (pool: Pool | PoolClient, refs: readonly PayloadRef[]): Promise<ReadonlyMap<string, string>> =>
  contentsOf(
    refs,
    async (_text, values) => (await pool.query<{ ref: string; content: string }>({ ...findPayloads, values })).rows,
  );

export const contentsFromSource = (
  source: Pick<DataSource, 'query'>,
  refs: readonly PayloadRef[],
): Promise<ReadonlyMap<string, string>> => contentsOf(refs, (text, values) => source.query(text, values));

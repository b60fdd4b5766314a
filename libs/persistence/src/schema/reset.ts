import type { DataSource } from 'typeorm';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]', '::1', '']);

/** Whether a database is on this machine, by its URL. A `host` parameter overrides the host of the URL, so it counts too. */
export function isLoopback(url: string): boolean {
  const { hostname, searchParams } = new URL(url);
  const hosts = [hostname, ...searchParams.getAll('host')];
  return hosts.every((host) => loopback.has(host) || host.startsWith('/') || /^127(\.\d{1,3}){3}$/.test(host));
}

/** For people, without a password. */
export function namedOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${pathname.slice(1)} at ${host || 'this machine'}`;
}

/** Drops what is ours; anything else in the database stays. */
export async function resetDatabase(dataSource: DataSource): Promise<void> {
  const ours = `schemaname = current_schema() AND`;
  const like = `LIKE 'workflow\\_%'`;
  type Named = { name: string }[];
  const tables: Named = await dataSource.query(`SELECT tablename AS name FROM pg_tables WHERE ${ours} tablename ${like}`);
  for (const { name } of tables) await dataSource.query(`DROP TABLE IF EXISTS "${name}" CASCADE`);
  const sequences: Named = await dataSource.query(
    `SELECT sequencename AS name FROM pg_sequences WHERE ${ours} sequencename ${like}`,
  );
  for (const { name } of sequences) await dataSource.query(`DROP SEQUENCE IF EXISTS "${name}"`);
  await dataSource.query('DROP FUNCTION IF EXISTS workflow_ensure_event_partitions(integer)');
}

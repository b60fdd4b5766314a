/** SQL for the database's clock, epoch ms, as it is when the row is written (not when the transaction began). */
export const NOW_MS = `floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

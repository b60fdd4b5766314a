/**
 * Creates the monthly partitions of `workflow_events` from last month to `months_ahead` from now, when missing.
 * A month is a range of UUIDv7s: the first 48 bits are epoch ms. Rows of that month that already went to the DEFAULT
 * partition move over first (PostgreSQL refuses to attach otherwise). Safe to call from several processes.
 * @returns how many were created
 */
export const eventPartitionFunction = `
CREATE FUNCTION workflow_ensure_event_partitions(months_ahead integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  this_month timestamp := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC');
  month timestamp;
  child text;
  low uuid;
  high uuid;
  created integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('workflow_ensure_event_partitions'));
  FOR i IN -1..months_ahead LOOP
    month := this_month + make_interval(months => i);
    child := 'workflow_events_' || to_char(month, 'YYYY_MM');
    CONTINUE WHEN to_regclass(child) IS NOT NULL;
    low := (rpad(lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0'), 32, '0'))::uuid;
    high := (rpad(lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint), 12, '0'), 32, '0'))::uuid;
    IF EXISTS (SELECT 1 FROM workflow_events_default WHERE instance_id >= low AND instance_id < high) THEN
      LOCK TABLE workflow_events_default IN ACCESS EXCLUSIVE MODE;
      EXECUTE format('CREATE TABLE %I (LIKE workflow_events INCLUDING ALL)', child);
      EXECUTE format('WITH moved AS (DELETE FROM workflow_events_default WHERE instance_id >= %L AND instance_id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved', low, high, child);
      EXECUTE format('ALTER TABLE workflow_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', child, low, high);
    ELSE
      EXECUTE format('CREATE TABLE %I PARTITION OF workflow_events FOR VALUES FROM (%L) TO (%L)', child, low, high);
    END IF;
    created := created + 1;
  END LOOP;
  RETURN created;
END $$;`;

import { Client } from 'pg';
import { PgCluster } from './pg-cluster.js';
import { RabbitNode } from './rabbit-node.js';

const wherePostgresIs = PgCluster.isInstalled() || process.env.CI ? describe : describe.skip;
const whereRabbitIs = RabbitNode.isInstalled() || process.env.CI ? describe : describe.skip;

wherePostgresIs('a PostgreSQL cluster of one’s own', () => {
  it('keeps what was committed over kill -9, and goes without a trace', async () => {
    const cluster = await PgCluster.start({ max_connections: '20' });
    try {
      const url = await cluster.createDatabase('mine');
      const before = new Client({ connectionString: url });
      before.on('error', () => undefined);
      await before.connect();
      await before.query('CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)');
      const { rows: settings } = await before.query(
        `SELECT current_setting('fsync') fsync, current_setting('max_connections') n`,
      );
      expect(settings).toEqual([{ fsync: 'on', n: '20' }]);

      await cluster.kill();
      await expect(before.query('SELECT 1')).rejects.toThrow();
      await cluster.start();
      await cluster.restart('immediate');

      const after = new Client({ connectionString: url });
      await after.connect();
      expect((await after.query('SELECT id FROM kept')).rows).toEqual([{ id: 7 }]);
      await after.end();
    } finally {
      await cluster[Symbol.asyncDispose]();
    }
    expect(cluster.isRunning).toBe(false);
  }, 120_000);
});

whereRabbitIs('a RabbitMQ node of one’s own', () => {
  it('is another node than its neighbour, survives kill -9 and can be wiped', async () => {
    const node = await RabbitNode.start();
    try {
      await node.ctl('add_vhost', 'kept');
      await node.kill();
      await node.start();
      expect(await node.ctl('list_vhosts')).toContain('kept');
      await node.stop();
      expect(node.isRunning).toBe(false);
      await node.wipe();
      await node.start();
      expect(await node.ctl('list_vhosts')).not.toContain('kept');
    } finally {
      await node[Symbol.asyncDispose]();
    }
    expect(node.isRunning).toBe(false);
  }, 180_000);
});

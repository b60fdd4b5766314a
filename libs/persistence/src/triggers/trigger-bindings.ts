import type { DataSource } from 'typeorm';
import { defaultTenant } from '#libs/contracts';

/** Of the queue of a message trigger. */
export interface TriggerBinding {
  readonly trigger: string;
  readonly exchange: string;
  readonly routingKey: string;
}

/**
 * Which bindings there may be on the broker. One is written here before it is made and removed after it was taken away, so that whatever
 * happens in between, and whoever is there when its trigger is changed or deleted, none is forgotten and fills a queue for ever.
 */
export class TriggerBindings {
  constructor(private readonly dataSource: DataSource) {}

  all(tenant = defaultTenant): Promise<TriggerBinding[]> {
    return this.dataSource.query(
      'SELECT trigger, exchange, routing_key AS "routingKey" FROM workflow_trigger_bindings WHERE tenant = $1 ORDER BY 1, 2, 3',
      [tenant],
    );
  }

  async add({ trigger, exchange, routingKey }: TriggerBinding, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query(
      'INSERT INTO workflow_trigger_bindings (tenant, trigger, exchange, routing_key) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [tenant, trigger, exchange, routingKey],
    );
  }

  async remove({ trigger, exchange, routingKey }: TriggerBinding, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query(
      'DELETE FROM workflow_trigger_bindings WHERE tenant = $1 AND trigger = $2 AND exchange = $3 AND routing_key = $4',
      [tenant, trigger, exchange, routingKey],
    );
  }
}

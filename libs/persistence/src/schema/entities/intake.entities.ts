import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide } from './epoch-ms.js';

/** One of the last requests to a hook, and how it was answered. */
@Entity('workflow_hook_deliveries')
@Index('workflow_hook_deliveries_age', ['at'])
export class HookDeliveryEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  trigger: string;

  @PrimaryColumn('uuid')
  id: string;

  /** `webhook-id`, or `id`. */
  @Column('text')
  deliveryId: string;

  @Column(wide)
  at: number;

  @Column('text')
  signature: 'valid' | 'invalid' | 'missing' | 'unchecked';

  @Column('integer')
  status: number;

  @Column('text')
  outcome: string;

  @Column('uuid', { nullable: true })
  instanceId: string | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('integer')
  bytes: number;

  /** Its beginning. */
  @Column('text', { nullable: true })
  body: string | null;
}

/** A binding of a queue of ours to an exchange, written before it is made: whoever comes next knows what to take away. */
@Entity('workflow_trigger_bindings')
export class TriggerBindingEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  trigger: string;

  @PrimaryColumn('text')
  exchange: string;

  @PrimaryColumn('text')
  routingKey: string;
}

import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wide, wideOrNull } from './epoch-ms.js';

/** A wait of an instance for events of a name by a key; one row a name, gone with the wait. */
@Entity('workflow_subscriptions')
@Index('workflow_subscriptions_by_key', ['tenant', 'name', 'key'])
export class SubscriptionEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('text')
  path: string;

  /** Of the audit event that opened the wait: the same path may wait again. */
  @PrimaryColumn('integer')
  seq: number;

  @PrimaryColumn('text')
  name: string;

  @Column('text')
  tenant: string;

  @Column('text')
  key: string;

  @Column(wide)
  since: number;
}

/** An event by key: kept until somebody takes it, and then as the memory of its id. */
@Entity('workflow_keyed_events')
@Check('workflow_keyed_events_status_known', `status IN ('offered','matched','kept','dropped')`)
@Index('workflow_keyed_events_kept', ['tenant', 'name', 'key', 'no'], { where: `status = 'kept'` })
@Index('workflow_keyed_events_kept_list', ['tenant', 'no'], { where: `status = 'kept'` })
@Index('workflow_keyed_events_offered', ['bucket', 'no'], { where: `status = 'offered'` })
@Index('workflow_keyed_events_age', ['expiresAt'])
export class KeyedEventEntity {
  @PrimaryColumn('text')
  tenant: string;

  @PrimaryColumn('text')
  id: string;

  /** Order of arrival at its key. */
  @Column(wide)
  no: number;

  @Column('text')
  name: string;

  @Column('text')
  key: string;

  /** Whose owner settles it. */
  @Column('smallint')
  bucket: number;

  @Column('text')
  payload: string;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('text')
  status: string;

  @Column(wide)
  receivedAt: number;

  @Column(wide)
  expiresAt: number;

  /** `offers[i]` is the id of the inbox row of `offeredTo[i]`. */
  @Column('uuid', { array: true, default: '{}' })
  offeredTo: string[];

  @Column('text', { array: true, default: '{}' })
  offers: string[];
}

/** A request for the key of a lock or (of a whole instance, without a path) of a limit; with a fence it is granted. Written and removed by the batch that decides so, granted key by key. */
@Entity('workflow_lock_requests')
@Index('workflow_lock_requests_held', ['tenant', 'key'], { where: 'fence IS NOT NULL' })
@Index('workflow_lock_requests_waiting', ['tenant', 'key', 'rank', 'no'], { where: 'fence IS NULL AND displaced_at IS NULL' })
@Index('workflow_lock_requests_sweep', ['bucket', 'tenant', 'key', 'rank', 'no'], {
  where: 'fence IS NULL AND displaced_at IS NULL',
})
@Index('workflow_lock_requests_impatient', ['tenant', 'key', 'onLimit', 'no'], {
  where: 'on_limit IS NOT NULL AND displaced_at IS NULL',
})
@Index('workflow_lock_requests_free', ['bucket', 'freeAt'], { where: 'free_at IS NOT NULL' })
export class LockRequestEntity {
  @PrimaryColumn('uuid')
  instanceId: string;

  @PrimaryColumn('text')
  path: string;

  @PrimaryColumn('integer')
  token: number;

  /** Order of arrival at its key. */
  @Column(wide)
  no: number;

  @Column('text')
  tenant: string;

  @Column('text')
  key: string;

  /** Of the key: whose owner looks after it. */
  @Column('smallint')
  bucket: number;

  @Column('integer')
  holdersAtMost: number;

  @Column(wide)
  requestedAt: number;

  @Column(wideOrNull)
  fence: number | null;

  @Column(wideOrNull)
  grantedAt: number | null;

  /** Whose turn comes first: minus the priority. */
  @Column('integer', { default: 0 })
  rank: number;

  /** `reject` or `cancelOldest`: what else becomes of one that finds no room; null: it waits. */
  @Column('text', { nullable: true })
  onLimit: string | null;

  /** Of a permit that is used: when it comes back. */
  @Column(wideOrNull)
  freeAt: number | null;

  /** Its instance was told to go, so that a newer one can run. */
  @Column(wideOrNull)
  displacedAt: number | null;
}

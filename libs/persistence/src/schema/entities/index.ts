import { BulkFailureEntity, BulkJobEntity } from './bulk.entities.js';
import { AskEntity } from './ask.entity.js';
import { AttachmentEntity } from './attachment.entity.js';
import { ChaosFaultEntity, ChaosRunEntity } from './chaos.entities.js';
import { DefinitionEntity, DefinitionNameEntity } from './definition.entity.js';
import { EventEntity } from './event.entity.js';
import { InboxEntity } from './inbox.entity.js';
import { InstanceEntity } from './instance.entity.js';
import { HookDeliveryEntity, TriggerBindingEntity } from './intake.entities.js';
import { KeyedEventEntity, LockRequestEntity, SubscriptionEntity } from './key.entities.js';
import { IdempotencyEntity, IncidentEntity, OperatorLogEntity } from './operation.entities.js';
import { LaneSettingsEntity, SlotGrantEntity } from './lane.entities.js';
import { LogEntity } from './log.entity.js';
import { BatchEntity, OrchestratorEntity, PartitionEntity, QueueEntity, UnsentEntity } from './partition.entities.js';
import { PayloadEntity, SnapshotEntity } from './snapshot.entities.js';
import { StatsEntity } from './stats.entity.js';
import { BackfillEntity, TriggerEntity, TriggerRunEntity } from './trigger.entities.js';
import { WebhookCursorEntity, WebhookDeliveryEntity, WebhookEntity } from './webhook.entities.js';
import { WakeupEntity } from './wakeup.entity.js';

/** Every table of the product. */
export const entities = [
  DefinitionEntity,
  DefinitionNameEntity,
  InstanceEntity,
  EventEntity,
  InboxEntity,
  AskEntity,
  AttachmentEntity,
  WakeupEntity,
  SubscriptionEntity,
  KeyedEventEntity,
  LockRequestEntity,
  PartitionEntity,
  BatchEntity,
  OrchestratorEntity,
  UnsentEntity,
  QueueEntity,
  LaneSettingsEntity,
  SlotGrantEntity,
  SnapshotEntity,
  PayloadEntity,
  StatsEntity,
  LogEntity,
  IdempotencyEntity,
  IncidentEntity,
  OperatorLogEntity,
  BulkJobEntity,
  BulkFailureEntity,
  ChaosRunEntity,
  ChaosFaultEntity,
  HookDeliveryEntity,
  TriggerBindingEntity,
  TriggerEntity,
  TriggerRunEntity,
  BackfillEntity,
  WebhookEntity,
  WebhookCursorEntity,
  WebhookDeliveryEntity,
];

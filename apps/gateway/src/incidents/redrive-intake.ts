import { Injectable } from '@nestjs/common';
import { type IncidentWithMessage, SpoiltRow, TriggerStore } from '#libs/persistence';
import { HookReceiver } from '../hooks/hook-receiver.js';
import { ApiProblem } from '../http/api-problem.js';
import { MessageReceiver, type MessageRow, onceKeyOf } from '../message-triggers/message-receiver.js';
import { openForTrigger } from '../message-triggers/message-root.js';
import type { Redrive, Redriven } from './redrive.js';
import { storedMessage, triggerOf } from './stored-message.js';

/** Messages and requests that a trigger refused, handed to it again. */
@Injectable()
export class RedriveIntake {
  constructor(
    private readonly triggers: TriggerStore,
    private readonly messages: MessageReceiver,
    private readonly hooks: HookReceiver,
  ) {}

  /** @throws ApiProblem TRIGGER_NOT_FOUND, and what the trigger refuses it for */
  async message({ incident, wish, name }: Redrive, traceId: string): Promise<Redriven> {
    const row = await this.triggers.get(triggerOf(incident));
    if (row?.kind !== 'message') throw gone(triggerOf(incident));
    const key = incident.kind === 'failingMessage' ? firstKeyOf(incident) : name;
    const received = await this.messages.again(row as MessageRow, storedMessage(incident, wish.edit), key, traceId);
    if (received.outcome === 'passedBy') return { message: `the filter of trigger ${row.name} lets it go by` };
    return { message: `trigger ${row.name}: ${received.outcome}`, instance: received.instance };
  }

  /** @throws ApiProblem HOOK_NOT_FOUND, HOOK_PAUSED, and what the hook refuses it for */
  async hook({ incident, wish, name }: Redrive, traceId: string): Promise<Redriven> {
    const { headers, content, contentType } = storedMessage(incident, wish.edit);
    const { method = 'POST', query = '', ...sent } = headers as Record<string, string>;
    const call = {
      ...{ method, query, body: content, traceId, path: `/api/v1/hooks/${triggerOf(incident)}` },
      headers: { ...sent, ...(contentType !== undefined && { 'content-type': contentType }) },
    };
    const { outcome, instance } = await this.hooks.again(triggerOf(incident), call, incident.raw ?? Buffer.alloc(0), name);
    return { message: `hook ${triggerOf(incident)}: ${outcome}`, instance };
  }
}

/** How far one at which we failed had got nobody knows: it keeps the name it was first handled under. */
const firstKeyOf = (incident: IncidentWithMessage): string =>
  onceKeyOf(triggerOf(incident), openForTrigger(storedMessage(incident)).id, () => fingerprintIn(incident));

/** Of a message without an id; what it was made of is not all kept. */
function fingerprintIn({ messageKey }: IncidentWithMessage): string {
  const fingerprint = /:([0-9a-f]{64})$/.exec(messageKey ?? '')?.[1];
  if (fingerprint === undefined) throw new SpoiltRow('the name of the message cannot be read');
  return fingerprint;
}

const gone = (name: string): ApiProblem =>
  new ApiProblem('TRIGGER_NOT_FOUND', `expected the message trigger ${JSON.stringify(name)}, but it is gone`);

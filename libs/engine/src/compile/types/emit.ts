import type { EmitPlan } from '../../model/plan.js';
import { Fields } from '../fields.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { checkEventName } from './waits.js';

const EVENT_FIELDS = new Set(['name', 'key', 'instance', 'payload']);
const MESSAGE_FIELDS = new Set(['exchange', 'routingKey', 'headers', 'body']);

export function readEmit(step: StepContext): TypeFields {
  step.fields.requireOne(['event', 'message'], 'what is sent');
  return { fixed: { emit: optional({ event: readEvent(step), message: readMessage(step) }) } };
}

function readEvent({ fields: step, reader: ofStep, rules }: StepContext): EmitPlan['event'] {
  const fields = step.object('event', EVENT_FIELDS, 'an event');
  if (!fields) return undefined;
  fields.require('name', 'the name of the event');
  fields.requireOne(['key', 'instance'], 'who receives it');
  const reader = ofStep.of(fields);
  const name = reader.text('name', rules, checkEventName);
  const rest = optional({
    key: reader.text('key', rules),
    instance: reader.text('instance', rules),
    payload: reader.template('payload', rules),
  });
  return name && { name, ...rest };
}

function readMessage({ fields: step, reader: ofStep, rules }: StepContext): EmitPlan['message'] {
  const fields = step.object('message', MESSAGE_FIELDS, 'a message');
  if (!fields) return undefined;
  fields.require('exchange', 'the exchange it goes to');
  for (const name of ['exchange', 'routingKey']) {
    const value = fields.get(name);
    if (value !== undefined && typeof value !== 'string') fields.error('WRONG_TYPE', name, `expected "${name}" to be text`);
  }
  const headers = fields.get('headers');
  if (headers !== undefined && typeof headers !== 'string')
    Fields.of(headers, fields.at('headers'), '"headers"', fields.problems);
  return ofStep.template('message', rules);
}

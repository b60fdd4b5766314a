import { actedSchema } from '../rest/actions.js';
import { problemSchema } from '../rest/common.js';
import { eventOutcomeSchema } from '../rest/events.js';
import { instanceSchema, startedSchema } from '../rest/instances.js';
import { exampleInstanceId } from '../openapi/operation.js';
import type { Channel, ChannelMessage } from './channel.js';
import { replyHeadersSchema } from './headers.js';

const id = exampleInstanceId;

const at = '2027-01-31T09:00:00.000Z';
const endedExample = {
  ...{ id, definition: 'order.process', version: '1.2.0', key: 'o-1', status: 'completed', seq: 9, generation: 1 },
  ...{ summary: 'Order o-1', tags: {}, input: { id: 'o-1' }, output: { chargeId: 'c-1' }, error: null, errorCode: null },
  ...{ currentStep: null, stepsDone: 1, stepsTotal: 1, createdAt: at, startedAt: at, endedAt: at, startAt: null, pausedAt: null },
  ...{
    parent: null,
    parentStep: null,
    restartOf: null,
    restartedAs: [],
    children: [],
    queue: null,
    priority: null,
    trigger: null,
  },
  ...{ keptEvents: 0, waitingFor: [], steps: [] },
};

const answer = (message: Required<Pick<ChannelMessage, 'id' | 'schema' | 'type' | 'example'>>, says: string): ChannelMessage => ({
  ...message,
  summary: `type \`${message.type}\`: ${says}`,
  headers: replyHeadersSchema,
  exampleHeaders: { correlation_id: 'c-1', type: message.type },
});

/** Answers to commands, at the queue each of them names. */
export const replyChannel: Channel = {
  id: 'replies',
  address: null,
  title: 'Answers to commands, with their correlation_id',
  description:
    'Sent through the default exchange to the queue that `reply_to` of the command names. Readers pass over properties they do not know.',
  exchange: { name: '', type: 'default', durable: true },
  isPublic: true,
  action: 'send',
  tag: 'Replies',
  messages: [
    answer(
      {
        id: 'Started',
        schema: startedSchema,
        type: 'workflow.started',
        example: { id, status: 'pending', definition: 'order.process', version: '1.2.0' },
      },
      'the instance there is now, new or not',
    ),
    answer(
      { id: 'Ended', schema: instanceSchema, type: 'workflow.ended', example: endedExample },
      'the instance that was started has ended within the `wait` of the command',
    ),
    answer(
      {
        id: 'Acted',
        schema: actedSchema,
        type: 'workflow.acted',
        example: { id, status: 'cancelling', outcome: 'applied' },
      },
      'what became of the act',
    ),
    answer(
      {
        id: 'EventOutcome',
        schema: eventOutcomeSchema,
        type: 'workflow.event',
        example: { id: 'pay-1', outcome: 'matched', instances: [id] },
      },
      'what became of the event',
    ),
    answer(
      {
        id: 'Refused',
        schema: problemSchema,
        type: 'problem',
        example: {
          type: 'https://orquestrax.dev/problems/DEFINITION_NOT_FOUND',
          title: 'There is no such definition',
          status: 404,
          detail: 'expected the name of a registered definition, but there is none named "no.such"',
          code: 'DEFINITION_NOT_FOUND',
          traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
          errors: [],
        },
      },
      'RFC 9457, as the HTTP API would have answered',
    ),
  ],
};

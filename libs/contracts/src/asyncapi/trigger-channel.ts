import { jsonValueSchema } from '../rest/common.js';
import type { Channel } from './channel.js';
import { triggerHeadersSchema } from './headers.js';

/** What other systems publish anyway, and a trigger takes. */
export const triggerChannel: Channel = {
  id: 'triggers',
  address: null,
  title: 'Messages of yours, of any exchange or queue, that a trigger binds to a definition',
  description:
    'Where they come from, which of them count (`filter`) and what becomes of them (`input`, `key`) is said by the trigger: ' +
    '`PUT /api/v1/triggers/{name}` with `kind: message`.',
  isPublic: true,
  tag: 'Triggers',
  messages: [
    {
      id: 'Trigger',
      schema: jsonValueSchema,
      summary: 'Any JSON; expressions of the trigger see it as `message`',
      example: { order: 'o-1', cents: 4200 },
      headers: triggerHeadersSchema,
      exampleHeaders: { message_id: 'shop-o-1' },
    },
  ],
};

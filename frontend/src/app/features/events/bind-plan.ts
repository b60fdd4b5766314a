import type { EventOutcome, KeptEvent } from '@contracts/rest/events';
import type { ActsApi } from '../../core/api/acts-api';
import type { ActPlan } from '../acts/act-plan';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Gives an event that nobody took to an instance, by hand. @param bound told what became of it */
export const bindPlan = (api: ActsApi, event: KeptEvent, bound: (outcome: EventOutcome) => void): ActPlan => ({
  title: $localize`Bind ${event.name}:event: to an instance`,
  text: $localize`The instance receives this event as if it had been sent to it: a step that waits for the name takes it, else it is kept there.`,
  confirm: $localize`Bind event`,
  done: $localize`${event.name}:event: is bound`,
  line: {
    label: $localize`Id of the instance`,
    hint: $localize`As on its page, under the title`,
    faultOf: (text) => (uuid.test(text) ? undefined : $localize`An id looks like 0199a3f2-51c8-7d10-8000-0000000042ab.`),
  },
  run: async ({ line = '', reason, by }, key) =>
    bound(await api.bind(event.id, { instance: line, ...(reason && { reason }), ...(by && { by }) }, key)),
});

import type { EventByKeyRequest, EventOutcome, EventToInstanceRequest } from '@contracts/rest/events';
import { readJson } from '../../ui/json-text';

/** As typed. */
export interface EventForm {
  readonly name: string;
  readonly key: string;
  readonly payload: string;
  /** `24h`; '' = as long as the server keeps it by default. */
  readonly ttl: string;
  /** '' = a new one. */
  readonly id: string;
}

export const emptyEventForm: EventForm = { name: '', key: '', payload: '', ttl: '', id: '' };

export type Fault = { readonly field: keyof EventForm; readonly text: string };

/** What has to be mended before it can be sent. */
export function eventFaults(form: EventForm, isByKey: boolean): Fault[] {
  const faults: Fault[] = [];
  const payload = readJson(form.payload);
  if (form.name.trim() === '') faults.push({ field: 'name', text: $localize`An event has a name.` });
  if (isByKey && form.key.trim() === '') faults.push({ field: 'key', text: $localize`Name the key that instances wait with.` });
  if (payload && 'fault' in payload) faults.push({ field: 'payload', text: payload.fault });
  if (isByKey && form.ttl.trim() !== '' && !/^(\d{1,9}(ms|s|m|h|d)|P[0-9DTHMSW.]+)$/.test(form.ttl.trim())) {
    faults.push({ field: 'ttl', text: $localize`A duration such as 30s, 24h or 3d.` });
  }
  return faults;
}

/** For one instance. */
export function eventToInstance(form: EventForm): EventToInstanceRequest {
  const payload = readJson(form.payload);
  const id = form.id.trim();
  return {
    name: form.name.trim(),
    ...(payload && 'value' in payload && { payload: payload.value as never }),
    ...(id !== '' && { id }),
  };
}

/** For whoever waits with that key. */
export const eventByKey = (form: EventForm): EventByKeyRequest => ({
  ...eventToInstance(form),
  key: form.key.trim(),
  ...(form.ttl.trim() !== '' && { ttl: form.ttl.trim() }),
});

/** What became of it, in a sentence. */
export function outcomeText({ outcome, instances }: EventOutcome): string {
  switch (outcome) {
    case 'matched':
      return instances.length > 1
        ? $localize`Taken by ${instances.length}:count: instances.`
        : $localize`Taken: a step waited for it.`;
    case 'kept':
      return $localize`Kept: nothing waits for it yet, the first that does takes it.`;
    case 'dropped':
      return $localize`Dropped: it does not fit what is waited for.`;
    case 'stored':
      return $localize`Stored: what becomes of it is decided in a moment.`;
  }
}

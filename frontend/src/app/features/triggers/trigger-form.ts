import type { Trigger, TriggerRequest, TriggerSpec } from '@contracts/rest/triggers';
import { jsonText, readJson } from '../../ui/json-text';
import type { TriggerKind } from './trigger-words';

/** As typed. */
export interface TriggerForm {
  readonly kind: TriggerKind;
  readonly name: string;
  readonly definition: string;
  /** '' = the active one. */
  readonly version: string;
  readonly isEnabled: boolean;
  /** Mapping of the input; JSON. */
  readonly input: string;
  readonly key: string;
  readonly cron: string;
  readonly timezone: string;
  readonly overlap: Extract<TriggerSpec, { kind: 'schedule' }>['overlap'];
  readonly catchUp: string;
  readonly jitter: string;
  readonly disableAfter: string;
  /** Of hooks and messages: start an instance, or deliver an event. */
  readonly does: 'start' | 'event';
  readonly event: string;
  /** One a line. */
  readonly secrets: string;
  readonly source: 'exchange' | 'queue';
  readonly exchange: string;
  readonly queue: string;
  readonly routingKey: string;
  readonly filter: string;
}

export const emptyTriggerForm: TriggerForm = {
  ...{ kind: 'schedule', name: '', definition: '', version: '', isEnabled: true, input: '', key: '' },
  ...{ cron: '0 9 * * *', timezone: 'UTC', overlap: 'allow', catchUp: '1m', jitter: '0s', disableAfter: '' },
  ...{ does: 'start', event: '', secrets: '', source: 'exchange', exchange: '', queue: '', routingKey: '', filter: '' },
};

export type Fault = { readonly field: keyof TriggerForm; readonly text: string };

const nameShape = /^[a-z][a-z0-9._-]{0,99}$/;
const duration = /^(\d{1,9}(ms|s|m|h|d)|P[0-9DTHMSW.]+)$/;

/** What has to be mended before it can be put; the server says the rest. */
export function triggerFaults(form: TriggerForm): Fault[] {
  const faults: Fault[] = [];
  const add = (field: keyof TriggerForm, text: string): void => void faults.push({ field, text });
  const input = readJson(form.input);
  if (!nameShape.test(form.name.trim())) {
    add('name', $localize`A lower-case letter, then letters, digits, ".", "_" or "-".`);
  }
  if (input && 'fault' in input) add('input', input.fault);
  if (form.kind === 'schedule') return [...faults, ...scheduleFaults(form)];
  if (form.does === 'start' && form.definition.trim() === '') add('definition', $localize`Which definition it starts.`);
  if (form.does === 'event' && form.event.trim() === '') add('event', $localize`An event has a name.`);
  if (form.does === 'event' && form.key.trim() === '') add('key', $localize`The key that instances wait with.`);
  if (form.kind === 'message' && form[form.source].trim() === '') add(form.source, $localize`Where the messages come from.`);
  return faults;
}

function scheduleFaults(form: TriggerForm): Fault[] {
  const faults: Fault[] = [];
  if (form.definition.trim() === '') faults.push({ field: 'definition', text: $localize`Which definition it starts.` });
  if (form.cron.trim() === '') faults.push({ field: 'cron', text: $localize`When it starts instances.` });
  for (const field of ['catchUp', 'jitter'] as const) {
    const text = form[field].trim();
    if (text !== '' && !duration.test(text)) faults.push({ field, text: $localize`A duration such as 30s, 5m or 2h.` });
  }
  if (form.disableAfter.trim() !== '' && !/^[1-9]\d{0,5}$/.test(form.disableAfter.trim())) {
    faults.push({ field: 'disableAfter', text: $localize`A number of failures, at least 1.` });
  }
  return faults;
}

type Texts = Partial<Record<keyof TriggerForm, string>>;

/** Trimmed texts by name; what is empty is not given. */
const given = (texts: Texts): Texts =>
  Object.fromEntries(
    Object.entries(texts)
      .map(([name, text]) => [name, text.trim()] as const)
      .filter(([, text]) => text !== ''),
  );

export function toTriggerRequest(form: TriggerForm): TriggerRequest {
  const { kind, isEnabled, version, key } = form;
  const isStart = kind === 'schedule' || form.does === 'start';
  const input = readJson(form.input);
  const common = {
    kind,
    enabled: isEnabled,
    ...given({ key }),
    ...(isStart && given({ definition: form.definition, version })),
    ...(!isStart && given({ event: form.event })),
    ...(input && 'value' in input && { input: input.value }),
  };
  return { ...common, ...specifics(form) } as TriggerRequest;
}

function specifics(form: TriggerForm): object {
  switch (form.kind) {
    case 'schedule': {
      const { cron, timezone, catchUp, jitter, disableAfter, overlap } = form;
      const limit = disableAfter.trim() === '' ? {} : { disableAfter: Number(disableAfter) };
      return { ...given({ cron, timezone, catchUp, jitter }), overlap, ...limit };
    }
    case 'hook': {
      const secrets = form.secrets.split('\n').map((line) => line.trim()).filter(Boolean); // prettier-ignore
      return secrets.length === 0 ? {} : { secret: secrets.length === 1 ? secrets[0] : secrets };
    }
    case 'message': {
      const { exchange, queue, routingKey, filter } = form;
      return given(form.source === 'exchange' ? { exchange, routingKey, filter } : { queue, filter });
    }
  }
}

/** Of a trigger there is; its secrets are never told. */
export function formOf({ name, kind, spec }: Pick<Trigger, 'name' | 'kind' | 'spec'>): TriggerForm {
  const texts = Object.fromEntries(
    Object.entries(spec).filter(([field, value]) => typeof value === 'string' && field in emptyTriggerForm),
  ) as Partial<TriggerForm>;
  return {
    ...emptyTriggerForm,
    ...texts,
    ...{ name, kind },
    isEnabled: spec['enabled'] !== false,
    input: jsonText(spec['input']),
    disableAfter: spec['disableAfter'] === undefined ? '' : String(spec['disableAfter']),
    does: typeof spec['event'] === 'string' ? 'event' : 'start',
    source: spec['queue'] === undefined ? 'exchange' : 'queue',
  };
}

/** Which field a problem's JSON Pointer is about: that of the outermost member it names. */
export function fieldOfPath(path: string): keyof TriggerForm | undefined {
  const [, first = ''] = path.split('/');
  if (first === 'secret') return 'secrets';
  return first in emptyTriggerForm ? (first as keyof TriggerForm) : undefined;
}

/** A secret of 32 random bytes, as Standard Webhooks write it. @param bytes handed in */
export const secretText = (bytes: Uint8Array): string => `whsec_${btoa(String.fromCharCode(...bytes))}`;

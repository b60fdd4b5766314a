import type { QueueSettingsRequest, Rate, TaskSettingsRequest } from '@contracts/rest/capacity';
import type { LaneSettings } from './lanes';

export type LaneScope = 'queue' | 'task';

/** As typed; '' = no limit, no wish. */
export interface LaneForm {
  readonly concurrency: string;
  readonly rate: string;
  readonly per: Rate['per'];
  /** Of queues. */
  readonly priority: string;
  /** Of tasks. */
  readonly breaker: 'auto' | 'open' | 'closed';
  readonly breakAfter: string;
  /** Seconds. */
  readonly breakFor: string;
}

const textOf = (value: number | null | undefined): string => (typeof value === 'number' ? String(value) : '');

export const laneForm = (settings: LaneSettings): LaneForm => ({
  concurrency: textOf(settings.concurrency),
  rate: textOf(settings.rate?.limit),
  per: settings.rate?.per ?? 'second',
  priority: textOf(settings.priority),
  breaker: settings.breaker ?? 'closed',
  breakAfter: textOf(settings.breakAfter ?? 5),
  breakFor: textOf((settings.breakForMs ?? 30_000) / 1_000),
});

export type Fault = { readonly field: keyof LaneForm; readonly text: string };

const whole = /^[1-9]\d{0,6}$/;

/** What has to be mended before it can be put. */
export function laneFaults(form: LaneForm, scope: LaneScope): Fault[] {
  const faults: Fault[] = [];
  const add = (field: keyof LaneForm, text: string): void => void faults.push({ field, text });
  const count = $localize`A whole number from 1; nothing means no limit.`;
  if (form.concurrency.trim() !== '' && !whole.test(form.concurrency.trim())) add('concurrency', count);
  if (form.rate.trim() !== '' && !whole.test(form.rate.trim())) add('rate', count);
  if (scope === 'queue' && !/^[0-9]?$/.test(form.priority.trim())) add('priority', $localize`From 0 to 9, 9 goes first.`);
  if (scope === 'task' && form.breaker === 'auto') {
    if (!whole.test(form.breakAfter.trim())) add('breakAfter', $localize`A number of failures, at least 1.`);
    const seconds = Number(form.breakFor);
    if (!(seconds >= 0.1 && seconds <= 86_400)) add('breakFor', $localize`Seconds, from 0.1 to 86,400.`);
  }
  return faults;
}

const limitOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

const limits = ({ concurrency, rate, per }: LaneForm): Pick<QueueSettingsRequest, 'concurrency' | 'rate'> => ({
  concurrency: limitOf(concurrency),
  rate: rate.trim() === '' ? null : { limit: Number(rate), per },
});

/** What is emptied is removed. */
export const toQueueRequest = (form: LaneForm): QueueSettingsRequest => ({ ...limits(form), priority: limitOf(form.priority) });

export const toTaskRequest = (form: LaneForm): TaskSettingsRequest => ({
  ...limits(form),
  breaker: form.breaker,
  ...(form.breaker === 'auto' && {
    breakAfter: Number(form.breakAfter),
    breakForMs: Math.round(Number(form.breakFor) * 1_000),
  }),
});

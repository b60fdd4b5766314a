/** A range as `datetime-local` boxes hold it: `2026-11-20T09:00`, in the reader's zone; '' = nothing yet. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** Above so many starts their number is typed before they are made. */
const manySlots = 100;

/** `at` for a `datetime-local` box, to the minute. @param at epoch ms */
export function localMinute(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The last so many days up to now. @param now epoch ms */
export const daysBack = (now: number, days: number): Range => ({
  from: localMinute(now - days * 86_400_000),
  to: localMinute(now),
});

/** As the API takes it; '' when it is no time. */
export function instantOf(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

/** Why the range cannot be asked about; undefined: it can. */
export function rangeFault({ from, to }: Range): string | undefined {
  const [start, end] = [instantOf(from), instantOf(to)];
  if (start === '' || end === '') return $localize`Both ends of the range.`;
  return start < end ? undefined : $localize`The end comes after the beginning.`;
}

/** What is typed to confirm: the number of slots; undefined: nothing need be typed. */
export const confirmation = (slots: number): string | undefined => (slots > manySlots ? String(slots) : undefined);

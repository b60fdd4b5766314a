import { Directive, input, output } from '@angular/core';
import type { TriggerForm } from './trigger-form';

/** What is wrong, by field. */
export type FaultTexts = Readonly<Partial<Record<keyof TriggerForm, string>>>;

/** What the fields of each kind share: the form as typed, what is wrong with it, and what was typed just now. */
@Directive()
export abstract class TriggerFields {
  readonly form = input.required<TriggerForm>();
  readonly faults = input.required<FaultTexts>();
  readonly changed = output<Partial<TriggerForm>>();
  /** What the server says about it while it is typed; undefined: nothing. */
  readonly refused = output<FaultTexts | undefined>();

  protected change(part: Partial<TriggerForm>): void {
    this.changed.emit(part);
  }
}

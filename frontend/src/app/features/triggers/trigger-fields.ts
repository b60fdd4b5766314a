import { Directive, input, output } from '@angular/core';
import type { FaultTexts } from '../editor/editor';
import type { TriggerForm } from './trigger-form';

/** What is wrong, by field. */
export type TriggerFaults = FaultTexts<TriggerForm>;

/** What the fields of each kind share: the form as typed, what is wrong with it, and what was typed just now. */
@Directive()
export abstract class TriggerFields {
  readonly form = input.required<TriggerForm>();
  readonly faults = input.required<TriggerFaults>();
  readonly changed = output<Partial<TriggerForm>>();
  /** What the server says about it while it is typed; undefined: nothing. */
  readonly refused = output<TriggerFaults | undefined>();

  protected change(part: Partial<TriggerForm>): void {
    this.changed.emit(part);
  }
}

import { Component, computed, forwardRef, input, model } from '@angular/core';
import type { FieldFault } from './faults';
import { fieldsOf, type Field } from './fields';
import { JsonMember } from './json-member';
import { localMoment, readLines, readMoment, readNumber, withMember } from './values';

/** Up to so many choices are shown at once. */
const fewChoices = 5;

/** Fields for the members of a JSON Schema's object; the value is that object. What fields cannot say is typed as JSON. */
@Component({
  selector: 'oqx-schema-form',
  imports: [JsonMember, forwardRef(() => SchemaForm)],
  templateUrl: './schema-form.html',
  styleUrl: './schema-form.css',
})
export class SchemaForm {
  readonly schema = input.required<unknown>();
  readonly value = model.required<unknown>();
  /** JSON Pointer of the object this shows. */
  readonly path = input('');
  /** To be shown at their fields. */
  readonly faults = input<readonly FieldFault[]>([]);
  protected readonly fields = computed(() => fieldsOf(this.schema()));
  protected readonly few = fewChoices;

  protected at({ name }: Field): string {
    return `${this.path()}/${name}`;
  }

  protected idOf(field: Field): string {
    return `field${this.at(field).replaceAll('/', '-')}`;
  }

  protected faultOf(field: Field): string | undefined {
    return this.faults().find(({ path }) => path === this.at(field))?.text;
  }

  protected memberOf({ name }: Field): unknown {
    const value = this.value();
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  }

  protected textOf(field: Field): string {
    const member = this.memberOf(field);
    return member === undefined || member === null ? '' : typeof member === 'string' ? member : JSON.stringify(member);
  }

  protected set({ name }: Field, member: unknown): void {
    this.value.set(withMember(this.value(), name, member));
  }

  /** An emptied box is no value. */
  protected setText(field: Field, text: string): void {
    this.set(field, text === '' ? undefined : text);
  }

  protected linesOf(field: Field): string {
    const member = this.memberOf(field);
    return Array.isArray(member) ? member.join('\n') : '';
  }

  protected setLines(field: Field, text: string): void {
    this.set(field, readLines(text));
  }

  protected momentOf(field: Field): string {
    return localMoment(this.memberOf(field));
  }

  protected setMoment(field: Field, local: string): void {
    this.set(field, readMoment(local));
  }

  /** While it is on its way to a number (`1e`), the value stays what it was. */
  protected setNumber(field: Field, box: HTMLInputElement): void {
    if (!box.validity.badInput) this.set(field, readNumber(box.value));
  }

  protected setChoice(field: Field, index: string): void {
    this.set(field, index === '' ? undefined : field.choices[Number(index)]);
  }

  protected isChosen(field: Field, choice: unknown): boolean {
    return JSON.stringify(choice) === JSON.stringify(this.memberOf(field));
  }

  protected wordOf(choice: unknown): string {
    return typeof choice === 'string' ? choice : JSON.stringify(choice);
  }
}

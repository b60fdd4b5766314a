import {
  afterNextRender,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  Injector,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { Announcer } from '../../core/announcer';
import { ActsApi } from '../../core/api/acts-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { KeyKeeper } from '../../core/new-key';
import { Person } from '../../core/person';
import { Problem } from '../../ui/problem';
import { formFaults, type FieldFault } from '../../ui/schema-form/faults';
import { initialValue } from '../../ui/schema-form/fields';
import { SchemaForm } from '../../ui/schema-form/schema-form';
import { SignedField } from '../acts/signed-field';
import { answerBody, emptyDraft, missing, type Draft } from './answer';
import { askKey, type AskFacts } from './ask-facts';

/** The form of one ask, by its kind, with buttons named by the outcome. What the server finds wrong is shown at the field. */
@Component({
  selector: 'oqx-ask-answer',
  imports: [Problem, SchemaForm, SignedField],
  templateUrl: './ask-answer.html',
  styleUrl: './ask-answer.css',
})
export class AskAnswer {
  private readonly api = inject(ActsApi);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly injector = inject(Injector);
  private readonly person = inject(Person);
  private readonly announcer = inject(Announcer);
  readonly ask = input.required<AskFacts>();
  readonly isOffline = input(false);
  readonly answered = output();
  private readonly keys = new KeyKeeper();
  protected readonly draft = signal<Draft>(emptyDraft);
  protected readonly isSending = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  /** Said once something was tried. */
  protected readonly fault = signal<string | undefined>(undefined);
  private readonly isTried = signal(false);
  /** Of the server, by field; until the form is changed. */
  private readonly refused = signal<readonly FieldFault[]>([]);
  protected readonly hasForm = computed(() => this.ask().form !== null);
  protected readonly faults = computed<readonly FieldFault[]>(() => [
    ...(this.isTried() ? this.ownFaults() : []),
    ...this.refused(),
  ]);

  constructor() {
    effect(() => {
      askKey(this.ask());
      untracked(() => this.begin());
    });
  }

  protected change(part: Partial<Draft>): void {
    this.draft.update((draft) => ({ ...draft, ...part }));
    this.fault.set(undefined);
    this.refused.set([]);
  }

  /** @param outcome of an approval */
  async send(outcome?: string): Promise<void> {
    if (this.isSending() || this.isOffline()) return;
    const draft = this.draft();
    this.isTried.set(true);
    this.problem.set(undefined);
    this.fault.set(missing(this.ask(), draft, outcome));
    const mayPass = outcome === 'rejected'; // who says no need not fill in the rest
    if (this.fault() !== undefined || (!mayPass && this.ownFaults().length > 0)) return this.showFault();
    const { instance, path, name } = this.ask();
    const body = {
      ...answerBody(this.ask(), mayPass ? { ...draft, form: undefined } : draft, outcome),
      ...this.person.signature(),
    };
    this.isSending.set(true);
    try {
      await this.api.answer(instance, path, body, this.keys.keyFor({ path, body }));
      this.announcer.say($localize`${name}:ask: is answered`);
      this.answered.emit();
    } catch (error) {
      this.refuse(toProblem(error));
    }
    this.isSending.set(false);
  }

  private ownFaults(): readonly FieldFault[] {
    return this.hasForm() ? formFaults(this.ask().form, this.draft().form) : [];
  }

  /** A fault of a field goes to that field; anything else is said above. */
  private refuse(problem: ApiProblem): void {
    const ofFields = problem.errors.filter(({ path }) => path.startsWith('/form'));
    this.refused.set(ofFields.map(({ path, message }) => ({ path: path.slice('/form'.length), text: message })));
    this.problem.set(problem);
    this.showFault();
  }

  /** The first field to be mended takes the focus. */
  private showFault(): void {
    const show = (): void => this.host.nativeElement.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    afterNextRender(show, { injector: this.injector });
  }

  private begin(): void {
    const { form } = this.ask();
    this.draft.set({ ...emptyDraft, form: form === null ? undefined : initialValue(form) });
    this.problem.set(undefined);
    this.fault.set(undefined);
    this.refused.set([]);
    this.isTried.set(false);
  }
}

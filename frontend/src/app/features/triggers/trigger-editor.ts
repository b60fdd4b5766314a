import {
  Component,
  computed,
  effect,
  type ElementRef,
  inject,
  input,
  resource,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { Trigger } from '@contracts/rest/triggers';
import { Announcer } from '../../core/announcer';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { fieldFaults } from '../../core/api/field-faults';
import { TriggersApi } from '../../core/api/triggers-api';
import { Person } from '../../core/person';
import { Breadcrumb } from '../../ui/breadcrumb';
import { Field } from '../../ui/field';
import { Icon } from '../../ui/icon';
import { JsonField } from '../../ui/json-field';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { HookFields } from './hook-fields';
import { MessageFields } from './message-fields';
import { ScheduleFields } from './schedule-fields';
import type { FaultTexts } from './trigger-fields';
import { emptyTriggerForm, fieldOfPath, formOf, toTriggerRequest, triggerFaults, type TriggerForm } from './trigger-form';
import { kinds, kindWords } from './trigger-words';

/** A trigger written by hand: a new one, or one there is. What the server refuses is said at its field. */
@Component({
  selector: 'oqx-trigger-editor',
  imports: [RouterLink, Breadcrumb, Field, Icon, JsonField, Problem, Skeleton, HookFields, MessageFields, ScheduleFields],
  templateUrl: './trigger-editor.html',
  styleUrl: './trigger-editor.css',
})
export class TriggerEditor {
  private readonly api = inject(TriggersApi);
  private readonly definitions = inject(Api).definitions;
  private readonly router = inject(Router);
  private readonly announcer = inject(Announcer);
  private readonly person = inject(Person);
  private readonly box = viewChild<ElementRef<HTMLFormElement>>('box');

  /** From the address. Absent: a new one. */
  readonly name = input<string>();
  readonly kind = input<string>();
  readonly definition = input<string>();

  protected readonly kinds = kinds;
  protected readonly words = kindWords;
  protected readonly form = signal(emptyTriggerForm);
  protected readonly known = signal<Trigger | undefined>(undefined);
  protected readonly isReady = computed(() => this.name() === undefined || this.known() !== undefined);
  protected readonly title = computed(() =>
    this.name() === undefined ? $localize`New trigger` : $localize`Edit ${this.name()}:trigger:`,
  );
  protected readonly trail = computed(() => {
    const name = this.name();
    return [
      { text: $localize`Schedules & triggers`, link: ['/triggers'] },
      ...(name === undefined ? [] : [{ text: name, link: ['/triggers', name] }]),
      { text: name === undefined ? $localize`New` : $localize`Edit` },
    ];
  });
  protected readonly back = computed(() => (this.name() === undefined ? ['/triggers'] : ['/triggers', this.name()]));
  private readonly names = resource({ loader: ({ abortSignal }) => this.definitions({ limit: 200 }, abortSignal) });
  protected readonly definitionNames = computed(() =>
    this.names.hasValue() ? this.names.value().items.map(({ name }) => name) : [],
  );
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isSaving = signal(false);
  /** Faults are said once it was tried, or where something was typed. */
  private readonly wasTried = signal(false);
  private readonly touched = signal<ReadonlySet<string>>(new Set());
  private readonly told = signal<FaultTexts>({});
  private readonly live = signal<FaultTexts | undefined>(undefined);
  protected readonly faults = computed<FaultTexts>(() => {
    const own = triggerFaults(this.form()).filter(({ field }) => this.wasTried() || this.touched().has(field));
    const schedule = this.form().kind === 'schedule' ? this.live() : undefined;
    return { ...schedule, ...this.told(), ...Object.fromEntries(own.map(({ field, text }) => [field, text])) };
  });
  protected readonly inputHint = computed(() => {
    const root = { schedule: 'scheduledAt', hook: 'request', message: 'message' }[this.form().kind];
    return this.form().does === 'event' && this.form().kind !== 'schedule'
      ? $localize`Payload of the event, with expressions over ${root}:root:, e.g. "\${${root}.body}".`
      : $localize`With expressions over ${root}:root:, e.g. {"at": "\${${root}${root === 'scheduledAt' ? '' : '.body'}}"}. Nothing means {}.`;
  });

  constructor() {
    effect(() => {
      const name = this.name();
      untracked(() => (name === undefined ? this.begin() : void this.load(name)));
    });
  }

  protected change(part: Partial<TriggerForm>): void {
    const fields = Object.keys(part);
    this.form.update((form) => ({ ...form, ...part }));
    this.touched.update((touched) => new Set([...touched, ...fields]));
    this.told.update((told) => Object.fromEntries(Object.entries(told).filter(([field]) => !fields.includes(field))));
  }

  protected refuse(faults: FaultTexts | undefined): void {
    this.live.set(faults);
  }

  protected async load(name: string): Promise<void> {
    try {
      const trigger = await this.api.trigger(name);
      this.known.set(trigger);
      this.form.set(formOf(trigger));
      this.problem.set(undefined);
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.wasTried.set(true);
    if (this.isSaving()) return;
    if (triggerFaults(this.form()).length > 0) return this.showFirstFault();
    this.isSaving.set(true);
    this.problem.set(undefined);
    try {
      const { name } = await this.api.put(this.form().name.trim(), toTriggerRequest(this.form()), this.person.signature());
      this.announcer.say($localize`${name}:trigger: is saved`);
      await this.router.navigate(['/triggers', name]);
    } catch (error) {
      this.tell(toProblem(error));
    }
    this.isSaving.set(false);
  }

  private begin(): void {
    const kind = kinds.find((known) => known === this.kind()) ?? 'schedule';
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const begun = { ...emptyTriggerForm, kind, definition: this.definition() ?? '', timezone: zone };
    // Who is quick has typed something already.
    const typed = Object.fromEntries(Object.entries(this.form()).filter(([field]) => this.touched().has(field)));
    this.form.set({ ...begun, ...typed });
  }

  /** Each at its field; what is about no field, and what is about several, on top. */
  private tell(problem: ApiProblem): void {
    const { texts, hasMore } = fieldFaults(problem, fieldOfPath);
    this.told.set(texts);
    if (hasMore) this.problem.set(problem);
    this.showFirstFault();
  }

  private showFirstFault(): void {
    setTimeout(() => this.box()?.nativeElement.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  }
}

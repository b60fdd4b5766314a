import { computed, effect, inject, type Signal, signal, untracked, type WritableSignal } from '@angular/core';
import { Router } from '@angular/router';
import type { ActRequest } from '@contracts/rest/actions';
import { Announcer } from '../../core/announcer';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { fieldFaults } from '../../core/api/field-faults';
import { Person } from '../../core/person';

/** What is wrong with a form, by field. */
export type FaultTexts<Form> = Readonly<Partial<Record<keyof Form & string, string>>>;

/** What is particular to one kind of thing that is edited. */
export interface EditorKind<Thing, Form> {
  /** Address of the page of all of them; each has its own below. */
  readonly path: string;
  readonly words: { readonly all: string; readonly fresh: string; readonly save: string };
  /** Before anything is known or typed. */
  readonly empty: Form;
  /** Rejects with an `ApiProblem`, as `save` does. */
  readonly load: (name: string) => Promise<Thing>;
  readonly formOf: (thing: Thing) => Form;
  readonly faultsOf: (form: Form) => readonly { readonly field: keyof Form & string; readonly text: string }[];
  /** The field a JSON Pointer into the request is about. */
  readonly fieldOf: (path: string) => (keyof Form & string) | undefined;
  readonly save: (form: Form, signed: ActRequest) => Promise<Thing>;
}

/**
 * Something with a name, written by hand: a new one, or one there is. What is wrong is said once saving was tried or at a field that was
 * typed into, and what the server refuses at its field. Made within an injection context.
 */
export class Editor<Thing extends { readonly name: string }, Form extends object> {
  private readonly router = inject(Router);
  private readonly announcer = inject(Announcer);
  private readonly person = inject(Person);
  private readonly form$: WritableSignal<Form>;
  private readonly known$ = signal<Thing | undefined>(undefined);
  private readonly problem$ = signal<ApiProblem | undefined>(undefined);
  private readonly isSaving$ = signal(false);
  private readonly wasTried = signal(false);
  private readonly touched = signal<ReadonlySet<string>>(new Set());
  private readonly told = signal<Readonly<Partial<Record<string, string>>>>({});

  readonly form: Signal<Form>;
  /** As it is on the server; undefined: not known, or a new one. */
  readonly known = this.known$.asReadonly();
  readonly problem = this.problem$.asReadonly();
  readonly isSaving = this.isSaving$.asReadonly();
  readonly isReady = computed(() => this.name() === undefined || this.known() !== undefined);
  readonly faults = computed<FaultTexts<Form>>(() => {
    const own = this.kind.faultsOf(this.form()).filter(({ field }) => this.wasTried() || this.touched().has(field));
    return { ...this.told(), ...Object.fromEntries(own.map(({ field, text }) => [field, text])) } as FaultTexts<Form>;
  });

  /** @param name undefined: a new one */
  constructor(
    readonly name: Signal<string | undefined>,
    readonly kind: EditorKind<Thing, Form>,
  ) {
    this.form$ = signal(kind.empty);
    this.form = this.form$.asReadonly();
    effect(() => {
      if (this.name() !== undefined) untracked(() => void this.load());
    });
  }

  /** What a new one begins with; who is quick has typed something already, and that stays. */
  begin(part: Partial<Form>): void {
    const open = Object.entries(part).filter(([field]) => !this.touched().has(field));
    this.form$.update((form) => ({ ...form, ...Object.fromEntries(open) }));
  }

  change(part: Partial<Form>): void {
    const fields = Object.keys(part);
    this.form$.update((form) => ({ ...form, ...part }));
    this.touched.update((touched) => new Set([...touched, ...fields]));
    this.told.update((told) => Object.fromEntries(Object.entries(told).filter(([field]) => !fields.includes(field))));
  }

  async load(): Promise<void> {
    try {
      const thing = await this.kind.load(this.name()!);
      this.known$.set(thing);
      this.form$.set(this.kind.formOf(thing));
      this.problem$.set(undefined);
    } catch (error) {
      this.problem$.set(toProblem(error));
    }
  }

  /** To its page once it is saved; otherwise the faults are told. */
  async save(): Promise<void> {
    this.wasTried.set(true);
    if (this.isSaving() || this.kind.faultsOf(this.form()).length > 0) return;
    this.isSaving$.set(true);
    this.problem$.set(undefined);
    try {
      const { name } = await this.kind.save(this.form(), this.person.signature());
      this.announcer.say($localize`${name}:name: is saved`);
      await this.router.navigate([this.kind.path, name]);
    } catch (error) {
      this.tell(toProblem(error));
    }
    this.isSaving$.set(false);
  }

  /** Each at its field; what is about no field, and what is about several, as a whole. */
  private tell(problem: ApiProblem): void {
    const { texts, hasMore } = fieldFaults(problem, this.kind.fieldOf);
    this.told.set(texts);
    if (hasMore) this.problem$.set(problem);
  }
}

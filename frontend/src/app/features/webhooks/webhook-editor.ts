import { Component, computed, effect, type ElementRef, inject, input, signal, untracked, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { Webhook } from '@contracts/rest/webhooks';
import { Announcer } from '../../core/announcer';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { fieldFaults } from '../../core/api/field-faults';
import { WebhooksApi } from '../../core/api/webhooks-api';
import { Person } from '../../core/person';
import { Breadcrumb } from '../../ui/breadcrumb';
import { Field } from '../../ui/field';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { FreshSecret } from './fresh-secret';
import {
  emptyWebhookForm,
  eventWords,
  severityWords,
  toWebhookRequest,
  webhookFaults,
  webhookField,
  webhookForm,
  type Lifecycle,
  type WebhookForm,
} from './webhook-form';

type FaultTexts = Readonly<Partial<Record<keyof WebhookForm, string>>>;

/** A webhook written by hand: a new one, or one there is. What the server refuses is said at its field. */
@Component({
  selector: 'oqx-webhook-editor',
  imports: [RouterLink, Breadcrumb, Field, Problem, Skeleton],
  templateUrl: './webhook-editor.html',
})
export class WebhookEditor {
  private readonly api = inject(WebhooksApi);
  private readonly router = inject(Router);
  private readonly announcer = inject(Announcer);
  private readonly person = inject(Person);
  private readonly fresh = inject(FreshSecret);
  private readonly box = viewChild<ElementRef<HTMLFormElement>>('box');

  /** From the address. Absent: a new one. */
  readonly name = input<string>();

  protected readonly events = Object.entries(eventWords).map(([name, word]) => ({ name: name as Lifecycle, word }));
  protected readonly severities = Object.entries(severityWords).map(([name, word]) => ({ name, word }));
  protected readonly form = signal(emptyWebhookForm);
  protected readonly known = signal<Webhook | undefined>(undefined);
  protected readonly isReady = computed(() => this.name() === undefined || this.known() !== undefined);
  protected readonly title = computed(() =>
    this.name() === undefined ? $localize`New webhook` : $localize`Edit ${this.name()}:webhook:`,
  );
  protected readonly trail = computed(() => {
    const name = this.name();
    return [
      { text: $localize`Webhooks`, link: ['/webhooks'] },
      ...(name === undefined ? [] : [{ text: name, link: ['/webhooks', name] }]),
      { text: name === undefined ? $localize`New` : $localize`Edit` },
    ];
  });
  protected readonly back = computed(() => (this.name() === undefined ? ['/webhooks'] : ['/webhooks', this.name()]));
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isSaving = signal(false);
  private readonly wasTried = signal(false);
  private readonly told = signal<FaultTexts>({});
  protected readonly faults = computed<FaultTexts>(() => {
    const own = this.wasTried() ? webhookFaults(this.form()) : [];
    return { ...this.told(), ...Object.fromEntries(own.map(({ field, text }) => [field, text])) };
  });
  protected readonly secretHint = computed(() =>
    this.name() === undefined
      ? $localize`One a line. Nothing: one is made, and shown once when it is saved.`
      : $localize`Nothing: it stays as it is. While rotating, the old and the new one, a line each: both sign.`,
  );
  protected readonly headersHint = computed(() => {
    const names = this.known()?.headers ?? [];
    return names.length === 0
      ? $localize`Sent along, a name and a value a line.`
      : $localize`It sends ${names.join(', ')}:names:, whose values are not shown. Nothing: they stay as they are.`;
  });

  constructor() {
    effect(() => {
      const name = this.name();
      untracked(() => {
        if (name !== undefined) void this.load(name);
      });
    });
  }

  protected change(part: Partial<WebhookForm>): void {
    this.form.update((form) => ({ ...form, ...part }));
    this.told.update((told) => Object.fromEntries(Object.entries(told).filter(([field]) => !(field in part))));
  }

  protected toggleEvent(name: Lifecycle): void {
    const events = new Set(this.form().events);
    if (!events.delete(name)) events.add(name);
    this.change({ events });
  }

  protected async load(name: string): Promise<void> {
    try {
      const webhook = await this.api.webhook(name);
      this.known.set(webhook);
      this.form.set(webhookForm(webhook));
      this.problem.set(undefined);
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.wasTried.set(true);
    if (this.isSaving()) return;
    if (webhookFaults(this.form()).length > 0) return this.showFirstFault();
    this.isSaving.set(true);
    this.problem.set(undefined);
    try {
      const saved = await this.api.put(this.form().name.trim(), toWebhookRequest(this.form()), this.person.signature());
      this.fresh.hold(saved.name, saved.secret);
      this.announcer.say($localize`${saved.name}:webhook: is saved`);
      await this.router.navigate(['/webhooks', saved.name]);
    } catch (error) {
      this.tell(toProblem(error));
    }
    this.isSaving.set(false);
  }

  private tell(problem: ApiProblem): void {
    const { texts, hasMore } = fieldFaults(problem, webhookField);
    this.told.set(texts);
    if (hasMore) this.problem.set(problem);
    this.showFirstFault();
  }

  private showFirstFault(): void {
    setTimeout(() => this.box()?.nativeElement.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  }
}

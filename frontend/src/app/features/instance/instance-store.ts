import { computed, inject, Injectable, signal } from '@angular/core';
import type { TopicMessage } from '@contracts/live/protocol';
import type { Instance } from '@contracts/rest/instances';
import type { StepSummary } from '@contracts/rest/steps';
import { isEnded } from '@engine/model/lifecycle';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { Paced } from '../../core/live/paced';
import type { OutlineStep } from '../outline/outline';
import { Outlines } from '../outline/outlines';
import { indexParts } from '../outline/parts';
import { emptyStream, foldStream } from './fold-instance';
import { byWeight, openReasons } from './reasons';
import { factsAt, stepFacts, type FactSources, type StepFacts } from './step-facts';

/** All that is known of the instance on the page: what REST told once, and what its stream has told since. */
@Injectable()
export class InstanceStore {
  private readonly api = inject(Api);
  private readonly outlines = inject(Outlines);
  private id = '';
  /** An instance of 50,000 items tells a lot. */
  private readonly paced = new Paced<TopicMessage>((messages) => this.takeIn(messages));

  readonly instance = signal<Instance | undefined>(undefined);
  readonly stream = signal(emptyStream);
  readonly problem = signal<ApiProblem | undefined>(undefined);
  private readonly read = signal<readonly OutlineStep[] | undefined>(undefined);

  readonly view = computed(() => this.stream().view);
  /** How far the log has been read, while there is more of it. */
  readonly reading = computed(() => {
    const [{ seq }, last] = [this.view(), this.stream().head?.seq ?? 0];
    return seq < last ? { seq, last } : undefined;
  });
  readonly status = computed(() => {
    if (this.reading()) return this.stream().head!.status;
    return this.view().seq === 0 ? (this.instance()?.status ?? 'pending') : this.view().status;
  });
  readonly isEnded = computed(() => isEnded(this.status()));
  private readonly summaries = computed(() => this.instance()?.steps ?? []);
  /** What the definition says; until that is here its top level only. */
  readonly outline = computed(() => this.read() ?? this.summaries().map(fromSummary));
  readonly parts = computed(() => indexParts(this.view()));
  /** Why it is open, the most telling reason first. */
  readonly reasons = computed(() =>
    this.isEnded() ? [] : byWeight(openReasons(this.view(), this.stream().running, this.instance()?.waitingFor ?? [])),
  );
  readonly sources = computed<FactSources>(() => ({
    outline: this.outline(),
    view: this.view(),
    running: new Map(this.stream().running.map((step) => [step.path, step])),
    reasons: new Map(this.reasons().map((reason) => [reason.path, reason])),
    summaries: new Map(this.summaries().map((summary) => [summary.path, summary])),
  }));
  /** Of the top level. */
  readonly steps = computed(() => stepFacts(this.sources()));
  readonly startedAt = computed(() => this.view().startedAt ?? timeOf(this.instance()?.startedAt));
  readonly endedAt = computed(() => this.view().endedAt ?? timeOf(this.stream().head?.endedAt ?? this.instance()?.endedAt));
  readonly heading = computed(() => {
    const instance = this.instance();
    return (
      this.stream().head?.summary ??
      instance?.summary ??
      instance?.key ??
      instance?.definition ??
      this.stream().head?.definition ??
      this.id
    );
  });

  readonly factsAt = (path: string): StepFacts | undefined => factsAt(path, this.sources());

  begin(id: string): void {
    this.id = id;
    this.paced.clear();
    this.stream.set(emptyStream);
    this.instance.set(undefined);
    this.problem.set(undefined);
    this.read.set(undefined);
    void this.load();
  }

  async load(): Promise<void> {
    const { id } = this;
    try {
      const instance = await this.api.instance(id);
      if (id !== this.id) return;
      this.instance.set(instance);
      this.problem.set(undefined);
      if (this.read() === undefined) await this.loadOutline(instance);
    } catch (error) {
      if (id === this.id) this.problem.set(toProblem(error));
    }
  }

  applyLive(messages: readonly TopicMessage[]): void {
    this.paced.push(messages);
  }

  private takeIn(messages: readonly TopicMessage[]): void {
    const before = this.view().seq;
    const own = messages.filter((message) => message.topic === 'instance').filter(({ id }) => id === this.id);
    const running = own.findLast((message) => message.running !== undefined)?.running;
    const head = own.findLast((message) => message.head !== undefined)?.head;
    const events = own.flatMap((message) => message.events);
    this.stream.update((stream) => foldStream(stream, { events, running, head }));
    if (head && this.read() === undefined) void this.loadOutline(head);
    if (before === 0 && this.view().seq > 0 && this.summaries().length === 0) void this.load();
  }

  /** The same by REST, where there is no socket. */
  async poll(): Promise<void> {
    const { id } = this;
    const history = await this.api.history(id, this.view().seq);
    if (id !== this.id) return;
    this.stream.update((stream) => foldStream(stream, { events: history.items }));
    if (history.next !== null) await this.poll();
  }

  /** Named by REST or by the stream, whichever comes first. Without it the page shows the top level, as REST told it. */
  private async loadOutline({ id, definition, version }: Pick<Instance, 'id' | 'definition' | 'version'>): Promise<void> {
    const outline = await this.outlines.of(definition, version).catch(() => undefined);
    if (id === this.id && outline) this.read.set(outline);
  }
}

const timeOf = (iso: string | null | undefined): number | undefined => (iso ? Date.parse(iso) : undefined);

const fromSummary = ({ path, type, title, task, needs, maxAttempts }: StepSummary): OutlineStep => ({
  id: path,
  type,
  title,
  task,
  needs,
  runOn: 'success',
  join: 'all',
  maxAttempts,
  bodies: [],
});

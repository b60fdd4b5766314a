import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { ChaosAllowed, ChaosInjected, ChaosKind, ChaosReport, ChaosRun } from '@contracts/rest/chaos';
import { Time } from '../../core/time/time';
import { CopyButton } from '../../ui/copy-button';
import { formatCount, formatDuration, shortId } from '../../ui/format';
import { rateText } from './chaos-plan';
import { reportSentence, reportTiles } from './chaos-report';
import { ChaosStrip } from './chaos-strip';
import { chaosWords } from './chaos-words';

/** What is injected, or was, and what came of it: cause and recovery side by side. */
@Component({
  selector: 'oqx-chaos-run',
  imports: [RouterLink, ChaosStrip, CopyButton, Time],
  template: `
    <section class="tiles" aria-label="Key figures" i18n-aria-label>
      @for (tile of tiles(); track tile.title) {
        <div class="card tile">
          <span class="muted ellipsis">{{ tile.title }}</span>
          <span class="figure" [class.fault]="tile.isBad" [attr.data-test]="'figure-' + $index">{{ tile.figure }}</span>
          <span class="meta ellipsis" [title]="tile.note">{{ tile.note }}</span>
        </div>
      }
    </section>
    <div class="two">
      <section class="card" aria-labelledby="strip-title">
        <header>
          <h2 id="strip-title" i18n>Success rate against faults</h2>
        </header>
        <oqx-chaos-strip [run]="run()" />
        <ul class="kinds">
          @for (fault of faults(); track fault.kind) {
            <li>
              <span class="grow">{{ words[fault.kind].title }}</span>
              <span class="muted">{{ fault.often }}</span>
              <b class="count">{{ fault.count }}</b>
            </li>
          }
        </ul>
      </section>
      <section class="card" aria-labelledby="recent-title">
        <header>
          <h2 id="recent-title" i18n>What was hit</h2>
          <span class="meta" i18n>newest first</span>
        </header>
        <ol class="recent" tabindex="0" aria-labelledby="recent-title">
          @for (fault of report().recent; track $index) {
            <li>
              <span class="mono when"><oqx-time [at]="fault.at" form="ms" /></span>
              <span class="what"
                ><span>{{ words[fault.kind].title }}</span>
                <span class="meta ellipsis" [title]="fault.target">{{ targetText(fault) }}</span></span
              >
              @if (fault.instanceId; as id) {
                <a class="link mono" [routerLink]="['/instances', id]" [queryParams]="fault.path ? { step: fault.path } : {}">{{
                  short(id)
                }}</a>
              }
            </li>
          } @empty {
            <li class="muted" i18n>Nothing has been hit yet.</li>
          }
        </ol>
      </section>
    </div>
    <section class="sentence" aria-labelledby="report-title">
      <h2 id="report-title">{{ isOn() ? soFar : atEnd }}</h2>
      <p class="grow" data-test="chaos-report">{{ sentence() }}</p>
      <oqx-copy [text]="sentence()" label="Copy the report" i18n-label />
    </section>
  `,
  styleUrl: './chaos-run.css',
})
export class ChaosRunView {
  readonly chaos = input.required<ChaosAllowed>();
  protected readonly words = chaosWords;
  protected readonly short = shortId;
  protected readonly soFar = $localize`Report so far`;
  protected readonly atEnd = $localize`Report of the last run`;
  protected readonly run = computed(() => this.chaos().run as ChaosRun);
  protected readonly report = computed(() => this.chaos().report as ChaosReport);
  protected readonly isOn = computed(() => this.chaos().enabled);
  protected readonly tiles = computed(() => reportTiles(this.report()));
  protected readonly sentence = computed(() => reportSentence(this.report()));
  /** Those of the plan, most frequent first. */
  protected readonly faults = computed(() => {
    const counts = new Map(this.report().byKind.map(({ kind, count }) => [kind, count]));
    return Object.entries(this.run().faults)
      .flatMap(([name, fault]) => {
        const kind = name as ChaosKind;
        return fault && fault.rate > 0 ? [{ kind, often: rateText(kind, fault), hits: counts.get(kind) ?? 0 }] : [];
      })
      .sort((a, b) => b.hits - a.hits)
      .map((fault) => ({ ...fault, count: formatCount(fault.hits) }));
  });

  protected targetText({ target, path, service, ms }: ChaosInjected): string {
    const what = path ?? target;
    return [what, service, ...(ms === null ? [] : [formatDuration(ms)])].filter((text) => text !== '').join(' · ');
  }
}

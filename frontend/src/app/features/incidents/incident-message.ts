import { Component, computed, input } from '@angular/core';
import type { IncidentDetail } from '@contracts/rest/incidents';
import { CopyButton } from '../../ui/copy-button';
import { formatBytes, formatCount } from '../../ui/format';
import { JsonTree } from '../../ui/json-tree';
import { deathsOf, headerRows, messageOf } from './incident-facts';

/** The message an incident is about, as it came: what is in it, its headers, and where it has died before. */
@Component({
  selector: 'oqx-incident-message',
  imports: [CopyButton, JsonTree],
  template: `
    @if (incident().raw; as raw) {
      <section class="card" aria-labelledby="message-title">
        <header>
          <h2 id="message-title" i18n>Message</h2>
          <span class="meta">{{ bytes(raw.bytes) }}</span>
        </header>
        @if (message(); as message) {
          @if ('json' in message) {
            <oqx-json [value]="message.json" label="Message" i18n-label />
          } @else {
            <div class="raw">
              <pre class="code" tabindex="0">{{ message.text }}</pre>
              <oqx-copy [text]="message.text" label="Copy message" i18n-label />
            </div>
            @if (message.isBinary) {
              <p class="meta" i18n>It is no text; this is Base64.</p>
            }
          }
        }
      </section>
    }
    @if (deaths().length > 0) {
      <section class="card" aria-labelledby="deaths-title">
        <header><h2 id="deaths-title" i18n>Where it has died</h2></header>
        <div class="scroll-x" tabindex="0" role="region" aria-labelledby="deaths-title">
          <table class="table">
            <thead>
              <tr>
                <th scope="col" i18n>Queue</th>
                <th scope="col" i18n>Why</th>
                <th scope="col" i18n>From</th>
                <th scope="col" class="num" i18n>Times</th>
              </tr>
            </thead>
            <tbody>
              @for (death of deaths(); track $index) {
                <tr>
                  <td class="mono">{{ death.queue }}</td>
                  <td>{{ death.reason }}</td>
                  <td class="mono">{{ death.from }}</td>
                  <td class="num">{{ count(death.count) }}</td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      </section>
    }
    @if (headers().length > 0) {
      <section class="card" aria-labelledby="headers-title">
        <header><h2 id="headers-title" i18n>Headers</h2></header>
        <dl class="facts">
          @for (header of headers(); track header.name) {
            <dt class="mono">{{ header.name }}</dt>
            <dd class="mono">{{ header.text }}</dd>
          }
        </dl>
      </section>
    }
    @if (incident().error; as error) {
      <section class="card" aria-labelledby="error-title">
        <header>
          <h2 id="error-title" i18n>What was thrown</h2>
          <oqx-copy [text]="error" label="Copy error" i18n-label />
        </header>
        <pre class="code stack" tabindex="0">{{ error }}</pre>
      </section>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 16px;
      min-width: 0;
    }
    .raw {
      display: flex;
      align-items: flex-start;
      gap: 8px;
    }
    .raw pre {
      flex: 1;
      min-width: 0;
    }
    pre {
      max-height: 360px;
      overflow: auto;
    }
    .facts {
      grid-template-columns: minmax(96px, max-content) minmax(0, 1fr);
    }
    .facts dt {
      max-width: 220px;
      overflow-wrap: anywhere;
    }
    @media (max-width: 600px) {
      .facts {
        grid-template-columns: minmax(0, 1fr);
        gap: 0;
      }
      .facts dd {
        margin-bottom: 6px;
      }
    }
  `,
})
export class IncidentMessage {
  readonly incident = input.required<IncidentDetail>();
  protected readonly bytes = formatBytes;
  protected readonly count = formatCount;
  protected readonly message = computed(() => messageOf(this.incident()));
  protected readonly deaths = computed(() => deathsOf(this.incident().headers));
  protected readonly headers = computed(() => headerRows(this.incident().headers));
}

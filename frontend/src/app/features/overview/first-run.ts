import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CopyButton } from '../../ui/copy-button';
import { TestWorkflowButton } from '../sample/test-workflow-button';

/** An empty system: one card, one button, and the same for a terminal. */
@Component({
  selector: 'oqx-first-run',
  imports: [TestWorkflowButton, CopyButton, RouterLink],
  template: `
    <section class="card" aria-labelledby="first-run-title">
      <h2 id="first-run-title" i18n>Nothing has run yet</h2>
      <p class="muted" i18n>
        Start a sample of six steps and watch it: two side by side, one that fails twice and then succeeds, and one that takes
        five seconds.
      </p>
      <svg
        viewBox="0 0 552 112"
        role="img"
        aria-label="The sample: prepare, two checks side by side, then a flaky and a slow step, then a report"
        i18n-aria-label
      >
        <g fill="none" stroke="var(--oqx-border-control)" stroke-width="1.5">
          <path
            d="M52 56C92 56 86 28 134 28M52 56C92 56 86 84 134 84M150 28H334M150 84H334M150 28C226 28 258 84 334 84M150 84C226 84 258 28 334 28M350 28C406 28 396 56 462 56M350 84C406 84 396 56 462 56"
          />
          <g fill="var(--oqx-ground)">
            <circle cx="44" cy="56" r="6" />
            <circle cx="142" cy="28" r="6" />
            <circle cx="142" cy="84" r="6" />
            <circle cx="342" cy="28" r="6" />
            <circle cx="342" cy="84" r="6" />
            <circle cx="470" cy="56" r="6" />
          </g>
        </g>
        <g text-anchor="middle">
          <text x="44" y="82" i18n>prepare</text>
          <text x="142" y="14" i18n>quick check</text>
          <text x="142" y="110" i18n>slow check</text>
          <text x="342" y="14" i18n>fails twice</text>
          <text x="342" y="110" i18n>5 seconds</text>
          <text x="470" y="82" i18n>report</text>
        </g>
      </svg>
      <div class="row">
        <oqx-test-workflow-button [isPrimary]="true" />
        <kbd>N</kbd>
        <span class="grow"></span>
        <a class="link" routerLink="/definitions" i18n>Write your own</a>
      </div>
      <div>
        <p class="meta" i18n>or from a terminal</p>
        <p class="terminal">
          <code class="grow">{{ command }}</code><oqx-copy [text]="command" />
        </p>
      </div>
    </section>
  `,
  styles: `
    :host {
      display: grid;
      place-items: center;
      min-height: min(640px, 70vh);
    }
    .card {
      display: flex;
      flex-direction: column;
      gap: 16px;
      width: min(640px, 100%);
      padding: 32px;
    }
    h2 {
      font: 600 20px/28px var(--oqx-font);
    }
    h2 + p {
      margin-top: -12px;
      font-size: 14px;
    }
    svg {
      width: 100%;
    }
    .terminal {
      display: flex;
      align-items: center;
      margin-top: 4px;
      padding: 4px 8px 4px 12px;
      border: 1px solid var(--oqx-border);
      border-radius: var(--oqx-radius-control);
      background: var(--oqx-raised);
    }
    @media (max-width: 600px) {
      .card {
        padding: 16px;
      }
    }
  `,
})
export class FirstRun {
  protected readonly command = 'npm run orquestra -- definition push my-workflow.yaml';
}

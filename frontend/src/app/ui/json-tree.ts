import { Component, computed, inject, input, signal } from '@angular/core';
import { CopyButton } from './copy-button';
import { formatBytes } from './format';
import { flattenJson, JSON_REFERENCES, jsonPathOf } from './json-lines';

/** Above this a value is shown only when asked for. */
const guardBytes = 256 * 1_024;

/** A JSON value as a tree of lines: folds, copies whole or by path. Only lines that are open exist. */
@Component({
  selector: 'oqx-json',
  imports: [CopyButton],
  template: `
    <div class="bar">
      <span class="meta">{{ size() }}</span>
      <oqx-copy [text]="text()" label="Copy JSON" i18n-label />
    </div>
    @if (isGuarded()) {
      <p class="guard">
        <ng-container i18n>This value is large ({{ size() }}).</ng-container>
        <button type="button" class="link" (click)="isAsked.set(true)" i18n>Show it</button>
      </p>
    } @else {
      <ul class="tree" role="tree" [attr.aria-label]="label()">
        @for (line of lines(); track line.pointer) {
          <li
            role="treeitem"
            [attr.aria-level]="line.depth + 1"
            [attr.aria-expanded]="line.isFoldable ? line.isOpen : null"
            [style.padding-inline-start.px]="18 + line.depth * 16"
          >
            @if (line.isFoldable) {
              <button
                type="button"
                class="fold"
                [attr.aria-label]="(line.isOpen ? fold : unfold) + ' ' + (line.name ?? '')"
                (click)="toggle(line.pointer)"
              >
                {{ line.isOpen ? '▾' : '▸' }}
              </button>
            }
            @if (line.name !== undefined) {
              <span class="name" [title]="pathOf(line.pointer)">{{ line.name }}</span><span class="muted">:&nbsp;</span>
            }
            @if (line.href) {
              <a class="link" [href]="line.href" target="_blank" rel="noopener">{{ line.text }}</a>
              <a class="link" [href]="line.href" [attr.download]="(line.name ?? 'value') + '.json'" i18n>Download</a>
            } @else {
              <span [class]="'value ' + line.kind">{{ line.text }}</span>
            }
          </li>
        }
      </ul>
    }
  `,
  styleUrl: './json-tree.css',
})
export class JsonTree {
  readonly value = input.required<unknown>();
  readonly label = input('JSON');
  protected readonly isAsked = signal(false);
  private readonly toggled = signal<ReadonlySet<string>>(new Set());
  protected readonly text = computed(() => JSON.stringify(this.value(), null, 2) ?? 'null');
  protected readonly size = computed(() => formatBytes(this.text().length));
  protected readonly isGuarded = computed(() => !this.isAsked() && this.text().length > guardBytes);
  private readonly referTo = inject(JSON_REFERENCES, { optional: true }) ?? undefined;
  protected readonly lines = computed(() => flattenJson(this.value(), this.toggled(), this.referTo));
  protected readonly fold = $localize`Fold`;
  protected readonly unfold = $localize`Unfold`;
  protected readonly pathOf = jsonPathOf;

  protected toggle(pointer: string): void {
    this.toggled.update((before) => {
      const after = new Set(before);
      if (!after.delete(pointer)) after.add(pointer);
      return after;
    });
  }
}

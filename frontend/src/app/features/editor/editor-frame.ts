import { Component, computed, type ElementRef, input, viewChild } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Breadcrumb } from '../../ui/breadcrumb';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import type { Editor } from './editor';

/** The page around the fields of an editor: what is edited, what went wrong, and the way back or on. */
@Component({
  selector: 'oqx-editor-frame',
  imports: [RouterLink, Breadcrumb, Problem, Skeleton],
  template: `
    <div class="page">
      <oqx-breadcrumb [trail]="trail()" />
      <div class="page-head">
        <h1>{{ title() }}</h1>
      </div>
      @if (editor().problem(); as problem) {
        <oqx-problem [problem]="problem" [canRetry]="!editor().isReady()" (retry)="editor().load()" />
      }
      @if (editor().isReady()) {
        <form #box class="editor" novalidate (submit)="save($event)">
          <ng-content />
          <div class="foot">
            <a class="btn" [routerLink]="back()" i18n>Cancel</a>
            <button type="submit" class="btn primary" [disabled]="editor().isSaving()">
              {{ editor().isSaving() ? saving : editor().kind.words.save }}
            </button>
          </div>
        </form>
      } @else if (!editor().problem()) {
        <oqx-skeleton [rows]="6" />
      }
    </div>
  `,
})
export class EditorFrame<Thing extends { readonly name: string }, Form extends object> {
  readonly editor = input.required<Editor<Thing, Form>>();
  protected readonly saving = $localize`Saving…`;
  private readonly box = viewChild<ElementRef<HTMLFormElement>>('box');
  protected readonly title = computed(() => {
    const name = this.editor().name();
    return name === undefined ? this.editor().kind.words.fresh : $localize`Edit ${name}:name:`;
  });
  protected readonly back = computed(() => {
    const { name, kind } = this.editor();
    return [kind.path, ...(name() === undefined ? [] : [name()])];
  });
  protected readonly trail = computed(() => {
    const { name, kind } = this.editor();
    const [own, all] = [name(), { text: kind.words.all, link: [kind.path] }];
    return own === undefined
      ? [all, { text: $localize`New` }]
      : [all, { text: own, link: [kind.path, own] }, { text: $localize`Edit` }];
  });

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    await this.editor().save();
    setTimeout(() => this.box()?.nativeElement.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  }
}

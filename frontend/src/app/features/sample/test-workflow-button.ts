import { Component, inject, input } from '@angular/core';
import { TestWorkflow } from './test-workflow';

@Component({
  selector: 'oqx-test-workflow-button',
  template: `
    <button
      type="button"
      class="btn"
      data-test="new-test-workflow"
      [class.primary]="isPrimary()"
      [disabled]="sample.isStarting()"
      title="Registers a sample, starts it and shows it (N)"
      i18n-title
      (click)="sample.start()"
    >
      @if (sample.isStarting()) {
        <ng-container i18n>Starting…</ng-container>
      } @else {
        <ng-container i18n>New test workflow</ng-container>
      }
    </button>
  `,
  styles: ':host { display: inline-flex; }',
})
export class TestWorkflowButton {
  readonly isPrimary = input(false);
  protected readonly sample = inject(TestWorkflow);
}

import { inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { newKey } from '../../core/new-key';
import { sampleDefinition } from './sample-definition';

/** One click: registers the sample (again is harmless), starts it, and goes to its page while it moves. */
@Injectable({ providedIn: 'root' })
export class TestWorkflow {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly isStarting$ = signal(false);
  private readonly problem$ = signal<ApiProblem | undefined>(undefined);
  readonly isStarting = this.isStarting$.asReadonly();
  /** Why the last click failed. */
  readonly problem = this.problem$.asReadonly();

  async start(): Promise<void> {
    if (this.isStarting$()) return;
    this.isStarting$.set(true);
    this.problem$.set(undefined);
    try {
      await this.api.register(sampleDefinition, newKey());
      const { name: definition, version } = sampleDefinition;
      const started = await this.api.start({ definition, version, input: { visitor: 'you' } }, newKey());
      await this.router.navigate(['/instances', started.id]);
    } catch (error) {
      this.problem$.set(toProblem(error));
    } finally {
      this.isStarting$.set(false);
    }
  }

  dismissProblem(): void {
    this.problem$.set(undefined);
  }
}

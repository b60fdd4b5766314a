import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import type { RestartRequest } from '@contracts/rest/actions';
import { ActsApi } from '../../core/api/acts-api';
import { Api } from '../../core/api/api';
import { payloadLink } from '../../core/api/payload-links';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { KeyKeeper } from '../../core/new-key';
import { Person } from '../../core/person';
import { JsonField } from '../../ui/json-field';
import { jsonText, readJson } from '../../ui/json-text';
import { ActFrame } from './act-frame';
import type { ActedInstance } from './instance-acts';

/** A new instance from a chosen step of this one, on the same or another version, with the same or an edited input. */
@Component({
  selector: 'oqx-restart-dialog',
  imports: [ActFrame, JsonField],
  templateUrl: './restart-dialog.html',
})
export class RestartDialog {
  private readonly acts = inject(ActsApi);
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly person = inject(Person);
  private readonly ref = inject<MatDialogRef<RestartDialog, boolean>>(MatDialogRef);
  protected readonly instance = inject<ActedInstance>(MAT_DIALOG_DATA);
  private readonly keys = new KeyKeeper();
  protected readonly text = $localize`A new instance of ${this.instance.definition}:name:. This one stays as it is.`;
  /** '' = all of it. */
  protected readonly from = signal('');
  protected readonly version = signal('same');
  protected readonly versions = signal<readonly string[]>([]);
  protected readonly withInput = signal(false);
  protected readonly input = signal(payloadLink(this.instance.input) ? '' : jsonText(this.instance.input));
  protected readonly isSending = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  private readonly json = computed(() => (this.withInput() ? readJson(this.input()) : undefined));
  protected readonly canSend = computed(() => {
    const json = this.json();
    return !this.isSending() && !(json && 'fault' in json) && (json !== undefined || !this.withInput());
  });

  constructor() {
    void this.loadVersions();
  }

  protected async send(reason: string): Promise<void> {
    const body = this.body(reason);
    this.isSending.set(true);
    this.problem.set(undefined);
    try {
      const started = await this.acts.restart(this.instance.id, body, this.keys.keyFor(body));
      this.ref.close(true);
      await this.router.navigate(['/instances', started.id]);
    } catch (error) {
      this.problem.set(toProblem(error));
      this.isSending.set(false);
    }
  }

  private body(reason: string): RestartRequest {
    const [from, json] = [this.from(), this.json()];
    return {
      version: this.version(),
      ...this.person.signature(),
      ...(reason !== '' && { reason }),
      ...(from !== '' && { from }),
      ...(json && 'value' in json && { input: json.value as never }),
    };
  }

  /** Named versions are an offer more; `same` and `latest` need no list. */
  private async loadVersions(): Promise<void> {
    try {
      const { all } = await this.api.definition(this.instance.definition);
      this.versions.set(all.map(({ version }) => version));
    } catch {
      this.versions.set([]);
    }
  }
}

import { inject, Injectable } from '@angular/core';
import { Api } from '../../core/api/api';
import { outlineOf, type OutlineStep } from './outline';

/** Versions kept: people go back and forth between instances of few definitions. */
const maxKept = 20;

/** Outlines of definition versions. A version never changes, so each is read once. */
@Injectable({ providedIn: 'root' })
export class Outlines {
  private readonly api = inject(Api);
  private readonly known = new Map<string, Promise<OutlineStep[]>>();

  /** Rejects with an `ApiProblem`; what failed is asked anew the next time. */
  of(definition: string, version: string): Promise<OutlineStep[]> {
    const name = `${definition}@${version}`;
    const known = this.known.get(name);
    if (known) return known;
    const read = this.api.definitionVersion(definition, version).then(({ document }) => outlineOf(document));
    this.known.set(name, read);
    read.catch(() => this.known.delete(name));
    const [oldest] = this.known.keys();
    if (this.known.size > maxKept && oldest !== undefined) this.known.delete(oldest);
    return read;
  }
}

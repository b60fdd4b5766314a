import type { Started, StartRequest } from '#libs/contracts';
import { type TriggerContext, TriggerRefused } from '../trigger-source.js';

export interface Told {
  readonly kind: 'start' | 'event';
  readonly id: string;
  readonly body: object;
}

const instance = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b';

/** Doors that write down what they were told; as strict about ids and JSON as those of a gateway. */
export class RecordingContext implements TriggerContext {
  readonly told: Told[] = [];
  /** The next so many are refused. */
  refuseNext = 0;
  private readonly closing = new AbortController();
  private readonly looks = new Set<() => void>();

  readonly signal = this.closing.signal;
  readonly log = (): void => undefined;

  readonly start = async (id: string, request: StartRequest): Promise<Started> => {
    this.note({ kind: 'start', id, body: request });
    return { id: instance, status: 'pending', definition: request.definition, version: '1.0.0' };
  };

  readonly event: TriggerContext['event'] = async (id, event) => {
    this.note({ kind: 'event', id, body: event });
    return { id, outcome: 'kept', instances: [] };
  };

  get ids(): readonly string[] {
    return this.told.map(({ id }) => id);
  }

  close(): void {
    this.closing.abort(new Error('closing'));
  }

  /** Resolves when so many were told; rejects when they do not come. */
  count(wanted: number, withinMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(
        () => reject(new Error(`expected ${wanted} occurrences to be told, but were ${JSON.stringify(this.told)}`)),
        withinMs,
      );
      const look = (): void => {
        if (this.told.length < wanted) return;
        clearTimeout(tooLate);
        this.looks.delete(look);
        resolve();
      };
      this.looks.add(look);
      look();
    });
  }

  private note(told: Told): void {
    this.signal.throwIfAborted();
    if (typeof told.id !== 'string' || told.id === '' || told.id.length > 200)
      throw new TriggerRefused('MESSAGE_ID_REQUIRED', 'expected an id of 1 to 200 characters');
    this.told.push({ ...told, body: JSON.parse(JSON.stringify(told.body)) as object });
    for (const look of [...this.looks]) look();
    if (this.refuseNext === 0) return;
    this.refuseNext -= 1;
    throw new TriggerRefused('DEFINITION_NOT_FOUND', 'expected a definition, but there is none');
  }
}

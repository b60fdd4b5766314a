import { Inject, Injectable } from '@nestjs/common';
import type { ActRequest, Worker } from '#libs/contracts';
import { drainOrder, type Transport, TRANSPORT } from '#libs/messaging';
import { OperatorLog } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { stepAside } from '../admission/passes.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { LiveFeed } from '../live/live-feed.js';

/** An order may be lost on its way, or meet a worker that is just reconnecting. */
const repeatMs = 500;
const patienceMs = 10_000;

/** Tells workers to take nothing new, or to take work again, and waits until they say so. */
@Injectable()
export class WorkerDrain {
  constructor(
    private readonly feed: LiveFeed,
    private readonly log: OperatorLog,
    @Inject(TRANSPORT) private readonly transport: Transport,
  ) {}

  /** @throws ApiProblem WORKER_NOT_FOUND */
  find(id: string): Worker {
    const worker = this.feed.registry.find(id, Date.now());
    if (worker !== undefined) return worker;
    const hint = 'A gateway knows the workers it has heard of; one that is gone is forgotten after ten minutes';
    const message = `expected a worker "${id}", but nobody has heard of it`;
    throw new ApiProblem('WORKER_NOT_FOUND', message, { errors: [fault('WORKER_NOT_FOUND', '/id', message, hint)] });
  }

  /**
   * Idempotent: one that drains already is as asked.
   * @param subject names the action in the operator log
   * @throws ApiProblem WORKER_NOT_FOUND, WORKER_GONE, WORKER_SILENT
   */
  async order(id: string, isOn: boolean, { by, reason }: ActRequest, subject?: string): Promise<Worker> {
    this.requireLive(id);
    const action = isOn ? 'drainWorker' : 'resumeWorker';
    await this.log.append({
      actor: by ?? 'anonymous',
      action,
      target: `worker:${id}`,
      ...(reason !== undefined && { reason }),
      ...(subject !== undefined && { id: subject }),
    });
    crashPoint('drain.logged');
    await this.untilSaid(id, isOn);
    return this.find(id);
  }

  private requireLive(id: string): void {
    const { status } = this.find(id);
    if (status !== 'stopped' && status !== 'lost') return;
    const message = `expected a worker that is there, but "${id}" is ${status}`;
    throw new ApiProblem('WORKER_GONE', message, { errors: [fault('WORKER_GONE', '/id', message)] });
  }

  private untilSaid(id: string, isOn: boolean): Promise<void> {
    const wanted = isOn ? 'draining' : 'active';
    const isSaid = (): boolean => this.feed.registry.find(id, Date.now())?.status === wanted;
    if (isSaid()) return Promise.resolve();
    stepAside(); // ten seconds at most, and few ever ask
    return new Promise((resolve, reject) => {
      const send = (): void => void this.transport.publish([drainOrder(id, isOn)]).catch(() => undefined); // repeated below
      const end = (): void => {
        clearInterval(repeat);
        clearTimeout(patience);
        stopListening();
      };
      const stopListening = this.feed.workers.add(({ workers }) => {
        if (!workers.includes(id) || !isSaid()) return;
        end();
        resolve();
      });
      const repeat = setInterval(send, repeatMs);
      const patience = setTimeout(() => {
        end();
        const hint = 'The order was repeated, and may still be obeyed; look at the worker, and at the connection to the broker';
        const message = `expected worker "${id}" to say within ${patienceMs / 1_000} s that it is ${wanted}, but it did not`;
        reject(new ApiProblem('WORKER_SILENT', message, { errors: [fault('WORKER_SILENT', '/id', message, hint)] }));
      }, patienceMs);
      send();
    });
  }
}

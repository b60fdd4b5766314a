import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type ActRequest, defaultTenant, type DefinitionPaused } from '#libs/contracts';
import { BulkStore, DefinitionPauses, OperatorLog } from '#libs/persistence';
import { operatorEntry } from '../actions/operator-entry.js';
import { BulkJobs } from '../bulk/bulk-jobs.js';
import { presentPause, unknownDefinition } from './definition-catalog.js';

/** Instances told a second. */
const perSecond = 1_000;

/** Pauses a definition and all of its instances, and lets them go on: what has not begun by the state of the definition, the rest one by one. */
@Injectable()
export class DefinitionPausing {
  constructor(
    private readonly jobs: BulkJobs,
    private readonly log: OperatorLog,
  ) {}

  /** @param id minted for the request, so that a repeat of it finds its job. @throws ApiProblem DEFINITION_NOT_FOUND */
  pause(name: string, act: ActRequest, id: string = uuidv7()): Promise<DefinitionPaused> {
    // What is pending may just be beginning, unpaused, in a batch that read it before.
    return this.tell(name, 'pause', ['pending', 'running', 'waiting'], act, id, async (pauses) => {
      const pause = await pauses.pause(name, act);
      return pause && presentPause(pause);
    });
  }

  /** @throws ApiProblem DEFINITION_NOT_FOUND */
  resume(name: string, act: ActRequest, id: string = uuidv7()): Promise<DefinitionPaused> {
    return this.tell(name, 'resume', ['pending', 'paused'], act, id, async (pauses) =>
      (await pauses.resume(name)) ? null : undefined,
    );
  }

  /**
   * All at once: the state of the definition, the entry in the operator log, the end of jobs that tell what is no longer so, and the job
   * that tells what is so.
   * @param change undefined: there is no definition of that name
   */
  private async tell(
    name: string,
    action: 'pause' | 'resume',
    status: ('pending' | 'running' | 'waiting' | 'paused')[],
    act: ActRequest,
    id: string,
    change: (pauses: DefinitionPauses) => Promise<DefinitionPaused['paused'] | undefined>,
  ): Promise<DefinitionPaused> {
    const filter = { definition: name, status };
    const body = { action, filter, dryRun: false, perSecond, by: act.by, reason: act.reason };
    const job = await this.jobs.prepare(body, id, { withDefinition: true });
    const told = await this.log.record(operatorEntry(`definition.${action}`, name, act, id), async (manager) => {
      const paused = await change(new DefinitionPauses(manager));
      if (paused === undefined) throw unknownDefinition(name);
      const bulk = new BulkStore(manager);
      await bulk.stopOfDefinition(name, id, defaultTenant);
      await bulk.insert(job);
      return { name, paused, job: id };
    });
    this.jobs.look();
    return told;
  }
}

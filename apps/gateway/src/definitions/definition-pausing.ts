import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { ActRequest, DefinitionPaused } from '#libs/contracts';
import { DefinitionPauses, OperatorLog } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { BulkJobs } from '../bulk/bulk-jobs.js';
import { presentPause, unknownDefinition } from './definition-catalog.js';

/** Instances told a second. */
const perSecond = 1_000;

/** Pauses a definition and all of its instances, and lets them go on: what has not begun by the state of the definition, the rest one by one. */
@Injectable()
export class DefinitionPausing {
  constructor(
    private readonly pauses: DefinitionPauses,
    private readonly jobs: BulkJobs,
    private readonly log: OperatorLog,
  ) {}

  /** @param id minted for the request, so that a repeat of it finds its job. @throws ApiProblem DEFINITION_NOT_FOUND */
  async pause(name: string, act: ActRequest, id: string = uuidv7()): Promise<DefinitionPaused> {
    const pause = await this.pauses.pause(name, act);
    if (pause === undefined) throw unknownDefinition(name);
    // What is pending may just be beginning, unpaused, in a batch that read it before.
    return this.tell(name, 'pause', ['pending', 'running', 'waiting'], act, id, presentPause(pause));
  }

  /** @throws ApiProblem DEFINITION_NOT_FOUND */
  async resume(name: string, act: ActRequest, id: string = uuidv7()): Promise<DefinitionPaused> {
    if (!(await this.pauses.resume(name))) throw unknownDefinition(name);
    return this.tell(name, 'resume', ['pending', 'paused'], act, id, null);
  }

  private async tell(
    name: string,
    action: 'pause' | 'resume',
    status: ('pending' | 'running' | 'waiting' | 'paused')[],
    act: ActRequest,
    id: string,
    paused: DefinitionPaused['paused'],
  ): Promise<DefinitionPaused> {
    const { by, reason } = act;
    crashPoint('change.stored');
    await this.log.append({ id, actor: by ?? 'anonymous', action: `definition.${action}`, target: name, reason });
    crashPoint('change.logged');
    await this.jobs.stopOfDefinition(name, id);
    crashPoint('pause.cleared');
    const filter = { definition: name, status };
    const job = await this.jobs.begin({ action, filter, dryRun: false, perSecond, by, reason }, id, { withDefinition: true });
    return { name, paused, job };
  }
}

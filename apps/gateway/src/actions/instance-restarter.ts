import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { restartBodySchema, Started } from '#libs/contracts';
import { InstanceQueries, OperatorLog } from '#libs/persistence';
import type { z } from 'zod';
import { InstanceStarter } from '../instances/instance-starter.js';
import { unknownInstance } from './refusals.js';

type RestartBody = z.output<typeof restartBodySchema>;

/** Starts a new instance from a chosen step of another one. */
@Injectable()
export class InstanceRestarter {
  constructor(
    private readonly queries: InstanceQueries,
    private readonly starter: InstanceStarter,
    private readonly log: OperatorLog,
  ) {}

  /**
   * @param subject id of the new instance, minted for the request
   * @throws ApiProblem INSTANCE_NOT_FOUND, VERSION_NOT_FOUND, INPUT_INVALID, RESTART_NOT_POSSIBLE
   */
  async restart(id: string, body: RestartBody, subject: string = uuidv7()): Promise<Started> {
    const old = await this.queries.get(id.toLowerCase());
    if (old === undefined) throw unknownInstance(id);
    const { definition, queue, priority, tags } = old;
    const { from, version, input = old.input, by, reason } = body;
    const { instance } = await this.starter.start(
      {
        definition,
        version: version === 'same' ? old.version : version,
        input,
        tags,
        onConflict: 'return',
        ...(queue !== null && { queue }),
        ...(priority !== null && { priority }),
      },
      subject,
    );
    await this.log.append({
      ...{ id: subject, actor: by ?? 'anonymous', action: 'instance.restart', target: old.id, reason },
      details: { as: instance.id, version: instance.version, ...(from !== undefined && { from }) },
    });
    return instance;
  }
}

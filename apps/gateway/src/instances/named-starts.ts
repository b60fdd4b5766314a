import { Injectable } from '@nestjs/common';
import { startBodySchema } from '#libs/contracts';
import { Once, type OnceAnswer, type OnceRequest } from '../http/once.js';
import { checkBody } from '../http/validation.pipe.js';
import { InstanceStarter } from './instance-starter.js';

/** Starts whose request has a name (an Idempotency-Key, a message_id), by which a repeat gets the first answer. */
@Injectable()
export class NamedStarts {
  constructor(
    private readonly starter: InstanceStarter,
    private readonly once: Once,
  ) {}

  /**
   * What is new is stored together with its answer. A repeat, a refusal, and whatever else there may be is for `Once`.
   * @throws ApiProblem as `Once.run`
   */
  async start(request: OnceRequest, body: unknown): Promise<OnceAnswer> {
    const started = await this.starter.startNew(body, request);
    if (started) return { status: started.status, body: JSON.stringify(started.instance), isReplay: false };
    return this.once.run(request, async (subject) => {
      const { status, instance } = await this.starter.start(checkBody(startBodySchema, body), subject);
      return { status, body: JSON.stringify(instance) };
    });
  }
}

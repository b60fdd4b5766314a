import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { commandsQueue, type IncidentOutcome } from '#libs/contracts';
import { IncidentActs, IncidentQueries, type IncidentWithMessage } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { ApiProblem, fault } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { redriveOf } from './present-incident.js';
import { RedriveCommand } from './redrive-command.js';
import { RedriveIntake } from './redrive-intake.js';
import { RedrivePartition } from './redrive-partition.js';
import { RedriveStep } from './redrive-step.js';
import { type Redrive, type Redriven, type RedriveWish, Withheld } from './redrive.js';

/** Redrives one incident; why nothing runs twice or stays stuck is told at `IncidentActs`. */
@Injectable()
export class IncidentRedriver {
  private readonly logger = new Logger(IncidentRedriver.name);

  constructor(
    private readonly queries: IncidentQueries,
    private readonly acts: IncidentActs,
    private readonly commands: RedriveCommand,
    private readonly intake: RedriveIntake,
    private readonly partitions: RedrivePartition,
    private readonly steps: RedriveStep,
  ) {}

  /** @throws ApiProblem EDIT_INVALID, with the places in `edit` */
  async check(id: string, wish: RedriveWish): Promise<void> {
    if (wish.edit === undefined) return;
    const incident = await this.queries.get(id);
    if (incident !== undefined) await this.checkEdit(redriveWith(incident, wish));
  }

  async redrive(id: string, wish: RedriveWish): Promise<IncidentOutcome> {
    const incident = await this.queries.get(id);
    if (incident === undefined) return outcomeOf(id, 'unknown', null, 'there is no such incident');
    const { status } = incident;
    if (status !== 'open') return outcomeOf(id, 'already', incident, `it is ${status}`);
    const whyNot = unfit(incident, wish);
    if (whyNot !== undefined) return refusal(incident, whyNot);
    const redrive = redriveWith(incident, wish);
    try {
      await this.checkEdit(redrive);
    } catch (error) {
      return refusal(incident, classifyError(error));
    }
    if (!(await this.acts.begin(id, wish.operator))) return this.beaten(id);
    crashPoint('incident.begun');
    return this.run(redrive);
  }

  private async run(redrive: Redrive): Promise<IncidentOutcome> {
    const { incident, wish } = redrive;
    const { id, redrives } = incident;
    try {
      const { message, instance } = await this.effect(redrive);
      crashPoint('incident.redriven');
      const isClosed = await this.acts.done(id, incident, wish.operator, message);
      crashPoint('incident.closed');
      if (!isClosed)
        return refusal((await this.queries.get(id)) ?? incident, {
          code: 'HAPPENED_AGAIN',
          message: `${message}; it has happened again`,
        });
      return {
        ...outcomeOf(id, 'redriven', { ...incident, status: 'redriven' }, message),
        instance: instance ?? incident.instanceId,
      };
    } catch (error) {
      if (error instanceof Withheld) {
        await this.acts.giveBack(id);
        return refusal(incident, error);
      }
      const problem = classifyError(error);
      if (problem.status === 500) this.logger.error({ msg: 'a redrive failed', id, error: String(problem.cause ?? error) });
      // What may pass, or may have been done, keeps its name for the next try; what was refused has done nothing.
      const isPassing = problem.status >= 500 || problem.status === 429 || problem.code === 'IDEMPOTENCY_KEY_IN_USE';
      await (isPassing ? this.acts.giveBack(id) : this.acts.refused(id, redrives, problem));
      return refusal(incident, problem);
    }
  }

  private effect(redrive: Redrive): Promise<Redriven> {
    const { incident } = redrive;
    const traceId = randomBytes(16).toString('hex');
    switch (incident.kind) {
      case 'lostStep':
        return this.steps.run(redrive);
      case 'broken':
        return this.partitions.look(redrive);
      case 'refusedMessage':
      case 'failingMessage':
        return this.intake.message(redrive, traceId);
      case 'refusedHook':
        return this.intake.hook(redrive, traceId);
      default:
        return isCommand(incident) ? this.commands.run(redrive, traceId) : this.partitions.run(redrive);
    }
  }

  /** What a trigger or a step is given has no schema of its own: their words judge it. */
  private async checkEdit(redrive: Redrive): Promise<void> {
    const { incident, wish } = redrive;
    if (wish.edit === undefined || ['lostStep', 'refusedMessage', 'failingMessage', 'refusedHook'].includes(incident.kind))
      return;
    try {
      if (isCommand(incident)) await this.commands.check(redrive);
      else this.partitions.check(redrive);
    } catch (error) {
      const { status, message, errors } = classifyError(error);
      if (status >= 500) throw error;
      const places = errors.map((each) => ({ ...each, path: `/edit${each.path}` }));
      throw new ApiProblem('EDIT_INVALID', message, {
        errors: places.length > 0 ? places : [fault('EDIT_INVALID', '/edit', message)],
      });
    }
  }

  private async beaten(id: string): Promise<IncidentOutcome> {
    const incident = await this.queries.get(id);
    if (incident?.status === 'open') return refusal(incident, underWay);
    return outcomeOf(id, 'already', incident ?? null, `it is ${incident?.status ?? 'gone'}`);
  }
}

const redriveWith = (incident: IncidentWithMessage, wish: RedriveWish): Redrive => ({
  incident,
  wish,
  name: `incident:${incident.id}:${incident.redrives}`,
});

const isCommand = ({ kind, headers }: IncidentWithMessage): boolean =>
  kind === 'refusedCommand' || kind === 'failingCommand' || (kind === 'unreadable' && headers?.['queue'] === commandsQueue);

/** Why this cannot be done to this incident, whatever is in it. */
function unfit(incident: IncidentWithMessage, { edit, decision }: RedriveWish): { code: string; message: string } | undefined {
  const redrive = redriveOf(incident);
  if (redrive === null)
    return { code: 'NOTHING_TO_REDRIVE', message: 'there is nothing to redrive: resolve or discard it when it is mended' };
  if (redrive === 'step' && decision === undefined)
    return {
      code: 'DECISION_REQUIRED',
      message: 'expected a decision: runAgain, complete or fail; only a person can say what the lost step has done',
    };
  if (redrive !== 'step' && decision !== undefined)
    return { code: 'DECISION_UNFIT', message: 'expected a decision only about a step that was lost' };
  if (edit !== undefined && (redrive === 'instance' || (redrive === 'step' && decision !== 'runAgain')))
    return { code: 'EDIT_UNFIT', message: 'expected an edit only of a message, or of the input of a step that runs again' };
  return undefined;
}

export const underWay = {
  code: 'REDRIVE_UNDER_WAY',
  message: 'somebody redrives it at this moment, or a decision about it waits for the owner',
} as const;

type About = Pick<IncidentWithMessage, 'status' | 'instanceId'>;

export const outcomeOf = (
  id: string,
  outcome: IncidentOutcome['outcome'],
  about: About | null,
  message: string,
): IncidentOutcome => ({
  ...{ id, outcome, status: about?.status ?? null, code: null, message, instance: about?.instanceId ?? null },
});

export const refusal = (
  incident: About & { id: string },
  { code, message }: { code: string; message: string },
): IncidentOutcome => ({
  ...outcomeOf(incident.id, 'refused', incident, message),
  code,
});

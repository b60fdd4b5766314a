import { Injectable } from '@nestjs/common';
import { bucketOf } from '#libs/contracts';
import { canonicalJson, type InboxMessage, type InstanceId, type JsonObject } from '#libs/engine';
import { IncidentQueries, InboxDoor, type StoredInbox } from '#libs/persistence';
import { contentOf } from '../actions/instance-actions.js';
import { OutcomeWatch } from '../actions/outcome-watch.js';
import { Refusals, unknownInstance } from '../actions/refusals.js';
import { patienceMs, undecided } from '../commands/command-handler.js';
import { Hints } from '../instances/hints.js';
import { type Redrive, type Redriven, Withheld } from './redrive.js';

/**
 * A step that was lost while it ran, and what a person has decided about it. The decision is an inbox row named by the redrive: stored once,
 * decided once by the owner of the instance in the same transaction as its audit events.
 */
@Injectable()
export class RedriveStep {
  constructor(
    private readonly inbox: InboxDoor,
    private readonly queries: IncidentQueries,
    private readonly hints: Hints,
    private readonly outcomes: OutcomeWatch,
    private readonly refusals: Refusals,
  ) {}

  /**
   * @throws Withheld an earlier decision, or what has happened to the step, is in the way
   * @throws ApiProblem what the owner refuses it for; OVERLOADED: it has not decided yet, and may still
   */
  async run(redrive: Redrive): Promise<Redriven> {
    const { incident, wish, name } = redrive;
    const instanceId = incident.instanceId as InstanceId;
    const path = incident.path!;
    const message = wish.decision === 'fail' ? undefined : messageOf({ wish, path });
    const earlier = await this.inbox.read({ instanceId, id: name });
    if (earlier === undefined) await this.requireLostStill(redrive);
    else requireSame(earlier, message);
    if (message === undefined) return { message: `${path} stays failed`, instance: instanceId };
    const row = { id: name, instanceId, bucket: bucketOf(instanceId), kind: message.type, content: contentOf(message) };
    const [stored] = await this.inbox.insertInbox([row]);
    if (stored?.outcome === 'unknown') throw unknownInstance(instanceId);
    if (stored?.outcome === 'ended') throw await this.refusals.of(instanceId, message, 'alreadyEnded');
    if (stored?.outcome === 'existing' && earlier === undefined) throw underWay(); // by another whose lease ran out
    this.hints.send([instanceId]);
    const decided = await this.outcomes.wait(instanceId, name, patienceMs);
    if (decided === undefined) throw undecided();
    if (decided.outcome !== 'applied') throw await this.refusals.of(instanceId, message, decided.outcome);
    return { message: message.type === 'retryStep' ? `${path} runs again` : `${path} counts as completed`, instance: instanceId };
  }

  /**
   * The decision names no attempt: whoever acts on the step by hand after this look and before the owner decides is followed by it, as by
   * any two acts of two people. The owner judges each by the state it finds, and both are in the journal.
   */
  private async requireLostStill({ incident }: Redrive): Promise<void> {
    if (!(await this.queries.hasMovedOn(incident))) return;
    const words = `expected ${incident.path} as it was lost, but it has gone on since`;
    throw new Withheld('STEP_MOVED_ON', `${words}: resolve this incident, and act on the step as it is now`);
  }
}

/** One that the owner refused has changed nothing: it is not in the way. @param message undefined: the step stays failed */
function requireSame({ kind, content, outcome }: StoredInbox, message: InboxMessage | undefined): void {
  if (outcome !== null && outcome !== 'applied') return;
  if (
    message !== undefined &&
    kind === message.type &&
    canonicalJson(saying(content)) === canonicalJson(saying(contentOf(message)))
  )
    return;
  throw outcome === null ? underWay() : made(kind);
}

/** Whoever says it. */
const saying = ({ by: _by, reason: _reason, ...what }: JsonObject): JsonObject => what;

const underWay = (): Withheld =>
  new Withheld(
    'DECISION_UNDER_WAY',
    'an earlier decision is stored, but its owner has not made it yet: wait, or repeat it as it was',
  );

const made = (kind: string): Withheld =>
  new Withheld(
    'DECISION_MADE',
    `an earlier decision was made (${kind === 'retryStep' ? 'runAgain' : 'complete'}): repeat it as it was, or resolve the incident`,
  );

function messageOf({
  wish,
  path,
}: Pick<Redrive, 'wish'> & { path: string }): Extract<InboxMessage, { type: 'retryStep' | 'skipStep' }> {
  const { decision, edit, output = null, operator } = wish;
  const by = { by: operator.actor, ...(operator.reason !== undefined && { reason: operator.reason }) };
  if (decision === 'complete') return { type: 'skipStep', path, output, ...by };
  return { type: 'retryStep', path, ...(edit !== undefined && { input: edit }), ...by };
}

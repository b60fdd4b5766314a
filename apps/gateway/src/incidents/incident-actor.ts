import { Injectable } from '@nestjs/common';
import type { IncidentAction, IncidentOutcome } from '#libs/contracts';
import { IncidentActs, IncidentQueries } from '#libs/persistence';
import { IncidentRedriver, outcomeOf, refusal, underWay } from './incident-redriver.js';
import type { RedriveWish } from './redrive.js';

/** Redriven at the same time for one request. */
const atOnce = 10;

/** Does to a few incidents what an operator wants. */
@Injectable()
export class IncidentActor {
  constructor(
    private readonly acts: IncidentActs,
    private readonly queries: IncidentQueries,
    private readonly redriver: IncidentRedriver,
  ) {}

  /** @returns one outcome an incident, in order */
  async act(action: IncidentAction, ids: readonly string[], wish: RedriveWish): Promise<IncidentOutcome[]> {
    if (action === 'incident.redrive') return this.redrive(ids, wish);
    const as = action === 'incident.discard' ? 'discarded' : 'resolved';
    const closed = new Set(await this.acts.close(ids, as, wish.operator));
    return Promise.all(
      ids.map(async (id) => {
        const incident = await this.queries.get(id);
        if (incident === undefined) return outcomeOf(id, 'unknown', null, 'there is no such incident');
        if (closed.has(id)) return outcomeOf(id, as, incident, `it is ${as}`);
        if (incident.status === 'open') return refusal(incident, underWay);
        return outcomeOf(id, 'already', incident, `it is ${incident.status}`);
      }),
    );
  }

  private async redrive(ids: readonly string[], wish: RedriveWish): Promise<IncidentOutcome[]> {
    const outcomes: IncidentOutcome[] = [];
    for (let at = 0; at < ids.length; at += atOnce)
      outcomes.push(...(await Promise.all(ids.slice(at, at + atOnce).map((id) => this.redriver.redrive(id, wish)))));
    return outcomes;
  }
}

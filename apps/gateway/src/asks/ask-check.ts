import { Injectable } from '@nestjs/common';
import { checkAnswer, hintFor, type InboxMessage, type InstanceId, siteAt } from '#libs/engine';
import { type AskRow, AskQueries, InstanceQueries } from '#libs/persistence';
import { PlanCache } from '../definitions/plan-cache.js';
import { ApiProblem, fault } from '../http/api-problem.js';

type Answer = Extract<InboxMessage, { type: 'answerAsk' }>;

/** Most open asks of one instance that are looked through for a name. */
const mostAsks = 200;

/** What is wrong with an answer, said before it is stored: the owner only knows that it does not fit. */
@Injectable()
export class AskCheck {
  constructor(
    private readonly asks: AskQueries,
    private readonly queries: InstanceQueries,
    private readonly plans: PlanCache,
  ) {}

  /** An ask that is not open (any more, or not yet) is the owner's matter. @throws ApiProblem ANSWER_INVALID */
  async require(id: InstanceId, { name, value, comment, form: filled }: Answer): Promise<void> {
    const ask = await this.find(id, name);
    const [head] = ask === undefined ? [] : await this.queries.byIds([id]);
    if (ask === undefined || head === undefined) return;
    const compiled = await this.plans.get(head.definition, head.version);
    const form = compiled && siteAt(compiled.plan, ask.path)?.step.ask?.form;
    const given = {
      value,
      ...(comment !== undefined && { comment }),
      ...(filled !== undefined && { form: filled }),
    };
    const problems = checkAnswer({ kind: ask.kind, ...(form && { form }) }, ask.choices ?? [], given);
    const [first] = problems;
    if (first === undefined) return;
    throw new ApiProblem('ANSWER_INVALID', `expected an answer that fits the ${ask.kind}; at ${first.path}: ${first.message}`, {
      errors: problems.map(({ path, message }) => fault('ANSWER_INVALID', path, message, hint(ask, path, value))),
    });
  }

  /** As the owner finds it: the oldest of that name, else the one at that path. */
  private async find(id: InstanceId, name: string): Promise<AskRow | undefined> {
    const { items } = await this.asks.open({ instance: id }, { limit: mostAsks });
    return items.find((ask) => ask.name === name) ?? items.find((ask) => ask.path === name);
  }
}

/** The answer that was probably meant, or where to read what is asked. */
function hint({ kind, choices, instanceId }: AskRow, path: string, value: Answer['value']): string {
  const whereToRead = `What is asked: GET /api/v1/asks?instance=${instanceId}`;
  if (path !== '/value' || typeof value !== 'string' || value === '') return whereToRead;
  return hintFor(value, kind === 'approval' ? ['approved', 'rejected'] : (choices ?? []), whereToRead);
}

import {
  advance,
  compile,
  effects,
  newState,
  stepCommand,
  type AuditEvent,
  type DecisionContext,
  type InstanceId,
  type Message,
  type Plan,
} from '#libs/engine';
import { median } from '#libs/testing';

/** One shape of a definition at one size, and what a decided event of it costs. */
export interface EngineCost {
  readonly shape: string;
  readonly steps: number;
  readonly events: number;
  readonly microsecondsPerEvent: number;
}

const sizes = [100, 1_000, 10_000, 50_000];
/** Steps of one definition at most: larger chains and fan-outs are rounds and items. */
const definitionSteps = 10_000;

const step = (index: number, needs: string[]): object => ({ id: `s${index}`, task: 'work', needs, input: { n: index } });

/** By name: a definition of so many task steps, all with inputs of their own. */
const shapes: Record<string, (size: number) => object | undefined> = {
  chain: (size) =>
    size > definitionSteps
      ? undefined
      : { steps: Array.from({ length: size }, (_, index) => step(index, index === 0 ? [] : [`s${index - 1}`])) },
  'fan-out': (size) =>
    size > definitionSteps ? undefined : { steps: Array.from({ length: size }, (_, index) => step(index, [])) },
  'rounds of a repeat': (size) => ({
    steps: [{ id: 'r', type: 'repeat', while: `\${index < ${size}}`, maxIterations: size, steps: [step(0, [])] }],
  }),
  'items of a forEach': () => ({
    steps: [{ id: 'e', type: 'forEach', items: '${input.items}', steps: [{ id: 's', task: 'work', input: '${item}' }] }],
  }),
};

/**
 * Cost of deciding and applying every event of one instance, commands included, by shape and size; medians of `repetitions`.
 * In CPU time, the collection of garbage included: what else the machine does says nothing about the engine.
 */
export function* engineCosts(repetitions: number): IterableIterator<EngineCost> {
  for (const [shape, make] of Object.entries(shapes)) {
    const warm = planOf(make(1_000)!);
    for (let round = 0; round < 10; round += 1) runThrough(warm, 1_000); // the first size is not to pay for the compiler
    for (const steps of sizes) {
      const body = make(steps);
      if (body === undefined) continue;
      const plan = planOf(body);
      const runs = Math.max(1, Math.ceil(2_000 / steps)); // small ones are repeated until they can be measured
      runThrough(plan, steps);
      const measured = Array.from({ length: repetitions }, () => {
        let events = 0;
        const before = process.cpuUsage();
        for (let run = 0; run < runs; run += 1) events += runThrough(plan, steps);
        const { user, system } = process.cpuUsage(before);
        return { events: events / runs, us: (user + system) / events };
      });
      yield { shape, steps, events: measured[0]!.events, microsecondsPerEvent: median(measured.map(({ us }) => us)) };
    }
  }
}

function planOf(body: object): Plan {
  const { plan, problems } = compile({ name: 'bench.engine', version: '1.0.0', ...body });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}

/** @returns events decided */
function runThrough(plan: Plan, size: number): number {
  const state = newState('01890000-0000-7000-8000-000000000001' as InstanceId);
  const context: DecisionContext = {
    nowMs: 1,
    draw: () => 0.5,
    newId: () => '01890000-0000-7000-8000-000000000002',
    admit: () => 1,
    isServed: () => true,
    runningOn: () => undefined,
  };
  const pending: { path: string; token: number }[] = [];
  const tell = (message: Message): void => {
    const decision = advance(plan, state, message, context);
    if (!decision.accepted) throw new Error(`expected ${message.type} to be taken, but: ${decision.reason}`);
    send(decision.events);
  };
  const send = (events: readonly AuditEvent[]): void => {
    for (const effect of effects(state, events))
      if (effect.kind === 'command') pending.push(stepCommand(plan, state, effect.path));
  };
  tell({ type: 'start', input: { items: Array.from({ length: size }, (_, n) => n) }, checksum: 'c' });
  for (let next = 0; state.endedAt === undefined;) {
    if (next === pending.length) {
      tell({ type: 'wake' }); // an unfinished fan-out
      continue;
    }
    const { path, token } = pending[next++]!;
    tell({ type: 'stepCompleted', path, token, output: null, worker: 'w', startedAt: 1 });
  }
  return state.seq;
}

/** One line a shape: cost by size, and how much dearer an event of the largest is than one of the smallest. */
export function engineTable(costs: readonly EngineCost[]): string {
  const shapesSeen = [...new Set(costs.map(({ shape }) => shape))];
  const lines = shapesSeen.map((shape) => {
    const own = costs.filter((cost) => cost.shape === shape);
    const cells = sizes.map((size) => own.find(({ steps }) => steps === size)?.microsecondsPerEvent.toFixed(1) ?? '–');
    return [shape, ...cells, growthOf(own).toFixed(2)]
      .map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(9)))
      .join('');
  });
  const head = ['µs an event', ...sizes.map((size) => size.toLocaleString('en')), 'growth'];
  return [head.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(9))).join(''), ...lines].join('\n');
}

/** Largest over smallest, of the costs of one shape. */
export const growthOf = (costs: readonly EngineCost[]): number =>
  costs.at(-1)!.microsecondsPerEvent / costs[0]!.microsecondsPerEvent;

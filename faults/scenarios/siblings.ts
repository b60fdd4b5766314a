import type { Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';

const width = 200;
const siblings = Array.from({ length: width }, (_, n) => `s${n + 1}`);
const wide = {
  name: 'faults.wide',
  version: '1.0.0',
  steps: [
    ...siblings.map((id) => ({ id, needs: [], task: 'ledger.work', input: { ms: 300 } })),
    { id: 'join', needs: siblings, task: 'ledger.work', input: { ms: 1 } },
  ],
  output: null,
};
/** Each tells the other and waits for it: their batches take the same two keys, in opposite order. */
const crossing = {
  name: 'faults.crossing',
  version: '1.0.0',
  steps: [
    { id: 'tell', needs: [], type: 'emit', event: { name: 'cross', key: '${input.theirs}' } },
    { id: 'heard', needs: [], type: 'event', names: ['cross'], correlate: '${input.mine}' },
  ],
  output: null,
};

export const siblingsAtOnce: Scenario = {
  id: 'F23',
  title: 'two hundred siblings at one join, and crossing events',
  inject: 'fan-outs of 200 whose steps end together; pairs of instances that tell each other by key at the same moment; a worker is killed meanwhile',
  mustHold: 'I9, I17: each join fires once, no sibling and no event is lost, no deadlock stays',
  floors: { interrupted: 5, restarted: ['worker'] },
  async run(run) {
    await run.world.register([wide, crossing]);
    const fans = run.scaled({ smoke: 3, matrix: 15, full: 100 });
    const pairs = run.scaled({ smoke: 50, matrix: 500, full: 5_000 });
    const [ids] = await Promise.all([
      startMany(run, Array.from({ length: fans }, () => ({ definition: wide.name })), 'completed'),
      startMany(run, Array.from({ length: pairs }, (_, n) => crossed(n)).flat(), 'completed'),
      run.inFlight(10).then(() => run.killAndRestart(run.busiestWorker())),
    ]);
    await run.atRest();
    run.check('I9', fans, ids.flatMap((id) => joinsOf(run, id)));
  },
}; // prettier-ignore

const crossed = (n: number): { definition: string; input: Record<string, string> }[] => [
  { definition: crossing.name, input: { mine: `left-${n}`, theirs: `right-${n}` } },
  { definition: crossing.name, input: { mine: `right-${n}`, theirs: `left-${n}` } },
];

/** The join began after every sibling had its effect, and under one attempt at a time. */
function joinsOf({ world }: Run, id: string): string[] {
  const own = world.ledger.executions.filter(({ instance }) => instance === id);
  const joined = own.filter(({ path }) => path === 'join').map(({ beganAtMs }) => beganAtMs);
  const lastSibling = Math.max(...siblings.map((path) => Math.min(...own.filter((one) => one.path === path && one.end === 'effect').map(({ endedAtMs = Infinity }) => endedAtMs))));
  if (joined.length === 0) return [`${id}: the join never ran`];
  return Math.min(...joined) < lastSibling ? [`${id}: the join began before the last of its siblings had ended`] : [];
} // prettier-ignore

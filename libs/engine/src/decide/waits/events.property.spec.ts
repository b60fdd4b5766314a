import fc from 'fast-check';
import type { JsonObject } from '../../model/json.js';
import { ActingShell } from '../../testing/acting-shell.js';
import { send } from '../../testing/waiting.js';

const runs = Number(process.env['ORQUESTRA_TEST_RUNS'] ?? 100);
const seed = Number(process.env['ORQUESTRA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const bytesAtMost = 1024 * 1024;

interface Wait {
  readonly names: string[];
  readonly match: 'any' | 'all';
  readonly early: 'keep' | 'drop';
  /** Takes payloads from this size on. */
  readonly from: number;
}

/** `open`: the wait of that number begins · `send`: an event comes */
type Move = { readonly open: number } | { readonly send: string; readonly size: number };

interface Sent {
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

/** LANGUAGE §6, Events, as simply as it can be said. */
class Model {
  kept: Sent[] = [];
  /** `<wait> <event>`, in order. */
  readonly taken: string[] = [];
  private readonly open: { number: number; left: string[] }[] = [];

  constructor(private readonly waits: readonly Wait[]) {}

  begin(number: number): void {
    const { names, early } = this.waits[number]!;
    this.open.push({ number, left: [...names] });
    if (early === 'keep') this.kept = this.kept.filter((event) => !this.take(number, event));
  }

  /** @returns is it refused, because too much is kept? */
  send(event: Sent, bytes: number, keptBytes: number): boolean {
    if (this.open.some(({ number }) => this.take(number, event))) return false;
    if (keptBytes + bytes > bytesAtMost) return true;
    this.kept.push(event);
    return false;
  }

  private take(number: number, { id, name, size }: Sent): boolean {
    const wait = this.open.find((one) => one.number === number);
    const { match, from } = this.waits[number]!;
    if (wait === undefined || !wait.left.includes(name) || size < from) return false;
    this.taken.push(`w${number} ${id}`);
    wait.left = match === 'any' ? [] : wait.left.filter((other) => other !== name);
    if (wait.left.length === 0) this.open.splice(this.open.indexOf(wait), 1);
    return true;
  }
}

const arbitraryWaits: fc.Arbitrary<Wait[]> = fc.array(
  fc.record({
    names: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
    match: fc.constantFrom('any', 'all'),
    early: fc.constantFrom('keep', 'drop'),
    from: fc.constantFrom(0, 2, 100_000),
  }),
  { minLength: 1, maxLength: 6 },
);

const arbitraryMoves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ open: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ send: fc.constantFrom('a', 'b', 'c'), size: fc.constantFrom(1, 3, 100_000, 400_000) }) },
  ),
  { maxLength: 40 },
);

/** Each wait behind a task of its own; one more keeps the instance alive. */
function steps(waits: readonly Wait[]): JsonObject[] {
  const each = waits.flatMap(({ names, match, early, from }, number): JsonObject[] => [
    { id: `g${number}`, needs: [], task: 't' },
    { id: `w${number}`, type: 'event', names, match, early, filter: `\${size(event.payload) >= ${from}}` },
  ]);
  return [...each, { id: 'last', needs: [], task: 't' }];
}

it(`every event feeds one wait, the oldest it fits, or is kept in order (seed ${seed}, ${runs} runs)`, () => {
  fc.assert(
    fc.property(arbitraryWaits, arbitraryMoves, (waits, moves) => {
      const shell = ActingShell.started(steps(waits));
      const model = new Model(waits);
      moves.forEach((move, index) => {
        if ('open' in move) {
          if (move.open >= waits.length || shell.status(`g${move.open}`) !== 'scheduled') return;
          shell.done(`g${move.open}`);
          return model.begin(move.open);
        }
        const event = { id: `e${index}`, name: move.send, size: move.size };
        const payload = 'x'.repeat(event.size);
        const bytes = JSON.stringify({ id: event.id, name: event.name, payload, at: shell.nowMs }).length;
        const isRefused = model.send(event, bytes, shell.state.eventBytes);
        const decision = send(shell, event.id, event.name, payload);
        expect(decision.accepted ? 'accepted' : decision.reason).toBe(isRefused ? 'tooManyEvents' : 'accepted');
      });
      const taken = shell.history.flatMap((event) =>
        event.type === 'eventTaken' ? [`${event.path} ${event.data.event.id}`] : [],
      );
      expect(taken).toEqual(model.taken);
      expect(shell.state.events.map(({ id }) => id)).toEqual(model.kept.map(({ id }) => id));
      expect(shell.state.eventBytes).toBe(shell.state.events.reduce((sum, event) => sum + JSON.stringify(event).length, 0));
    }),
    { numRuns: runs, seed },
  );
});

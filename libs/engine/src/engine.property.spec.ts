import fc from 'fast-check';
import { ofChildren } from './testing/invariants/children.js';
import { ofEvents } from './testing/invariants/events.js';
import { type Findings, judge } from './testing/invariants/invariant.js';
import { ofTheLog } from './testing/invariants/log.js';
import { ofSteps } from './testing/invariants/steps.js';
import { ofTheWorld } from './testing/invariants/world.js';
import { arbitraryMoves, doIt, type Move } from './testing/chaos-deeds.js';
import { ChaosWorld } from './testing/chaos-world.js';
import { arbitraryDefinitions } from './testing/random-definition.js';
import type { ShellOptions } from './testing/virtual-shell.js';

const runs = Number(process.env['ORQUESTRA_TEST_RUNS'] ?? 300);
const seed = Number(process.env['ORQUESTRA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const ofInstances = { ...ofTheLog, ...ofSteps, ...ofChildren, ...ofEvents };

/** What becomes of a world. */
interface Course {
  readonly moves: readonly Move[];
  /** How much fits into a queue, whether workers serve it, how much is decided at a time, and which attempts they tell to have begun. */
  readonly options: ShellOptions;
  /** Instances of `main` that are started. */
  readonly roots: number;
}

const arbitraryCourse: fc.Arbitrary<Course> = fc.record({
  moves: arbitraryMoves,
  options: fc.record({
    room: fc.constantFrom(Infinity, 1, 2),
    isServed: fc.boolean(),
    slice: fc.constantFrom(500, 1, 2, 3),
    runs: fc.constantFrom(
      () => undefined,
      (token: number) => (token % 2 === 0 ? 'w' : undefined),
    ),
  }),
  roots: fc.constantFrom(1, 1, 2),
});

/** Making definitions costs more than playing them. A run is one definition with one course. */
const coursesEach = 3;
const arbitraryCourses = fc.array(arbitraryCourse, { minLength: coursesEach, maxLength: coursesEach });

function play(definitions: Record<string, object>, { moves, options, roots }: Course): ChaosWorld {
  const world = new ChaosWorld(definitions, options);
  for (let root = 0; root < roots; root += 1) world.start('main', { a: 1 });
  for (const move of moves) doIt(world, move);
  world.comeToRest();
  return world;
}

it(`the engine keeps every promise (seed ${seed}, ${runs} runs; ORQUESTRA_TEST_RUNS and ORQUESTRA_TEST_SEED choose others)`, () => {
  fc.assert(
    fc.property(arbitraryDefinitions, arbitraryCourses, (definitions, courses) => {
      for (const course of courses) {
        const world = play(definitions, course);
        for (const shell of world.shells)
          for (const [name, found] of judge(shell, ofInstances)) expectKept(name, found, shell.plan.name);
        for (const [name, look] of Object.entries(ofTheWorld)) expectKept(name, look(world));
      }
    }),
    { numRuns: Math.ceil(runs / coursesEach), seed },
  );
});

function expectKept(name: string, found: Findings, who = 'the world'): void {
  if (found.length > 0) throw new Error(`it ${name} (${who}): ${JSON.stringify(found.slice(0, 5))}`);
}

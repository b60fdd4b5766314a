import { runScenario, registerExample, type ScenarioOutcome } from '../../../examples/run-scenario.js';
import { examples } from '../../../examples/scenarios.js';
import { targets, type RunningTarget } from './features/target.js';

const scenarios = examples.flatMap((example) => example.scenarios.map((scenario) => ({ example, scenario })));

describe.each(targets)('every example on $name', ({ start }) => {
  let target: RunningTarget;
  /** All of them run side by side. */
  const outcomes = new Map<object, Promise<ScenarioOutcome>>();

  beforeAll(async () => {
    target = await start();
    for (const example of examples) await registerExample(target.client, example);
    for (const { example, scenario } of scenarios) {
      const outcome = runScenario(target.client, example, scenario, { signal: AbortSignal.timeout(100_000) });
      outcome.catch(() => undefined); // told by its own test
      outcomes.set(scenario, outcome);
    }
  }, 120_000);
  afterAll(() => target?.[Symbol.asyncDispose](), 60_000);

  it.each(scenarios.map((each) => [`${each.example.name} ${each.scenario.name}: ${each.scenario.title}`, each] as const))(
    '%s',
    async (_, { scenario }) => {
      expect((await outcomes.get(scenario))?.differences).toEqual([]);
    },
    110_000,
  );

  it('leaves a log that replays to what is stored', async () => {
    await Promise.allSettled(outcomes.values());
    expect(await target.verify()).toMatchObject({ violations: 0 });
  }, 60_000);
});

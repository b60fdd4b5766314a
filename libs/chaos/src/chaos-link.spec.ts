import { ChaosAgent } from './chaos-agent.js';
import { ChaosLink } from './chaos-link.js';

it('ends the faults of its own process without asking anybody, and hears no order from before that', async () => {
  const agent = new ChaosAgent({ id: 'g1', roles: ['gateway'], kill: 'memory' });
  const run = { id: '01890000-0000-7000-8000-000000000000', faults: {}, scope: {}, seed: 1, mayFailInstances: false };
  const before = { run: { ...run, elapsedMs: 0, leftMs: 60_000 }, now: 1_000 };
  agent.hear(before);
  agent.database.close(60_000);
  await new ChaosLink(agent, () => undefined).end();
  expect(agent.database.isClosed).toBe(false);
  agent.hear(before);
  expect(agent.isOn).toBe(false);
});

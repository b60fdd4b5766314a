import { crashPoints } from '#libs/platform';
import { CountingServer, say } from '#libs/testing';
import { crashAt, type CrashOutcome } from '../crash/crash-at.js';
import { errandDocuments, limitedQueue } from '../crash/documents.js';
import { Peer } from '../crash/peer.js';
import type { Run } from '../run.js';
import type { Scenario } from '../scenario.js';

/** Of each role what is dearest to lose: between commit and publish, publish and acknowledgement, stored and answered. */
const dearest = new Set([
  'batch.committed',
  'batch.sent',
  'take-over.sent',
  'claim.granted',
  'completion.confirmed',
  'start.stored',
]);

export const crashAtPoints: Scenario = {
  id: 'F2',
  title: 'crash between every two side effects',
  inject: `exit(137) at each of ${crashPoints.length} named points, once each, under load; the process is started again at once`,
  mustHold: 'I3, I10, I11, I18; every point is reached',
  world: {
    counts: { gateway: 2, orchestrator: 2, worker: 2 },
    env: { ORQUESTRA_CRASH_POINTS_ALLOWED: 'true', ORQUESTRA_HTTP_ALLOW_PRIVATE: 'true', ORQUESTRA_CHAOS_ALLOWED: 'true' },
    envOf: { worker: { ORQUESTRA_WORKER_QUEUES: `default,${limitedQueue}` } },
  },
  floors: { interrupted: 0 }, // a point that is not reached is a violation
  async run(run) {
    await using outside = await new CountingServer().listen();
    await using peer = await Peer.open(run.world.broker.url);
    await run.world.register(errandDocuments);
    const usual = run.scaled({ smoke: dearest, matrix: undefined, full: undefined });
    const wanted = run.settings.points === undefined ? usual : new Set(run.settings.points);
    for (const point of crashPoints) {
      if (wanted !== undefined && !wanted.has(point.name)) continue;
      note(run, await crashAt({ run, peer, outside }, point), run.settings.scale === 'full' ? await violations(run) : 0);
    }
  },
};

/** With time enough looked at after each crash, so that it is known which one it was; at the end in any case. */
const violations = async ({ world }: Run): Promise<number> => (await world.verify()).violations;

function note(run: Run, { point, isReached, recoveredMs, failures }: CrashOutcome, violated: number): void {
  const messages = failures.map((failure) => `${point.name}: ${failure}`);
  if (!isReached) messages.push(`${point.name} was never reached`);
  if (recoveredMs === Infinity) messages.push(`${point.name}: what was open at the crash has not ended`);
  if (violated > 0) messages.push(`${point.name}: verify found ${violated} violations`);
  run.check('crash', 1, messages);
  run.row({
    ...{ point: point.name, role: point.role, reached: isReached },
    recoveredMs: recoveredMs === Infinity ? 'never' : Math.round(recoveredMs),
    violations: messages.length,
  });
  say(
    `    ${point.name} (${point.role}): ${isReached ? 'reached' : 'never reached'}, recovered in ${Math.round(recoveredMs)} ms, ${messages.length} violations`,
  );
}

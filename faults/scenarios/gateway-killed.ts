import { pause } from '../run.js';
import type { Scenario } from '../scenario.js';

export const gatewayKilled: Scenario = {
  id: 'F6',
  title: 'gateways killed during a storm of starts',
  inject: 'kill -9 of one of two gateways while 128 clients start; clients repeat with the same key at the other',
  mustHold: 'I1, I2, I17, I25',
  floors: { faults: 2, interrupted: 0, restarted: ['gateway'] },
  async run(run) {
    const kills = run.scaled({ smoke: 2, matrix: 4, full: 20 });
    let unanswered = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const storm = run.workload.start({ starts: 250, clients: 128 });
      await pause(run.random.between(50, 600));
      unanswered += run.history.calls.filter(({ knowledge }) => knowledge === undefined).length;
      await Promise.all([run.killAndRestart(run.anyOf('gateway')), storm]);
    }
    run.measure('calls unanswered when a gateway was killed', unanswered, '');
    run.measure('calls whose outcome nobody knew', run.history.calls.filter(({ knowledge }) => knowledge === 'info').length, '');
  },
};

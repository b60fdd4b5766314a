import type { ChaosReport } from '@contracts/rest/chaos';
import { reportSentence, reportTiles } from './chaos-report';

const rates = { instances: 10, ended: 10, completed: 10, failed: 0, successRate: 1 };
const report: ChaosReport = {
  injected: 1_204,
  byKind: [{ kind: 'failStep', count: 1_204 }],
  touched: { count: 80, atLeast: false },
  during: { ...rates, successRate: 0.99984 },
  before: { ...rates, successRate: 0.9999 },
  failedByChaos: 0,
  retries: 3,
  recovery: { samples: 9, open: 0, p50Ms: 300, p95Ms: 2_140 },
  verify: { checked: 80, violations: 0, at: '2026-11-22T00:00:00Z' },
  recent: [],
};

describe('the report', () => {
  it('is one sentence', () =>
    expect(reportSentence(report)).toBe(
      '1,204 faults, 0 instances failed by chaos, 3 attempts repeated, success 99.98 %, 99.99 % before, recovered within 2.1 s (p95), 80 histories verified, nothing lost',
    ));

  it('says nothing of what is not known yet', () => {
    const nothing = { ...rates, successRate: null };
    const early: ChaosReport = {
      ...report,
      injected: 1,
      during: nothing,
      before: nothing,
      verify: null,
      recovery: { ...report.recovery, p50Ms: null, p95Ms: null },
    };
    expect(reportSentence(early)).toBe('1 fault, 0 instances failed by chaos, 3 attempts repeated');
    expect(reportTiles(early).map(({ figure }) => figure)).toEqual(['1', '80', '3', '–', '–']);
  });

  it('does not hide what was lost', () => {
    const bad: ChaosReport = { ...report, failedByChaos: 2, verify: { ...report.verify!, violations: 1 } };
    expect(reportSentence(bad)).toContain('80 histories 1 violations');
    expect(reportTiles(bad).filter(({ isBad }) => isBad)).toHaveLength(2);
  });
});

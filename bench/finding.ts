import { textTable } from '#libs/testing';

/** One figure of a long workload, which is measured once. */
export interface Finding {
  readonly target: string;
  readonly workload: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: string;
}

export function findingsTable(findings: readonly Finding[]): string {
  const head = ['target', 'workload', 'figure', 'value', 'goal'];
  return textTable(
    head,
    findings.map(({ target, workload, what, value, unit, goal = '–' }) => [
      target,
      workload,
      what,
      `${(Math.round(value * 100) / 100).toLocaleString('en-US')} ${unit}`.trimEnd(),
      goal,
    ]),
  );
}

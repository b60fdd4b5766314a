import type { ChaosReport } from '@contracts/rest/chaos';
import { formatCount, formatDuration, formatShare } from '../../ui/format';

const ms = (value: number | null): string => (value === null ? '–' : formatDuration(value));
export const share = (value: number | null): string => (value === null ? '–' : formatShare(value));

/** What came of a run, in one sentence: `1,204 faults, 0 instances failed by chaos, 3 attempts repeated, success 99.98 %`. */
export function reportSentence({ injected, failedByChaos, retries, during, before, recovery, verify }: ChaosReport): string {
  const count = formatCount;
  return [
    injected === 1 ? $localize`1 fault` : $localize`${count(injected)}:count: faults`,
    failedByChaos === 1
      ? $localize`1 instance failed by chaos`
      : $localize`${count(failedByChaos)}:count: instances failed by chaos`,
    retries === 1 ? $localize`1 attempt repeated` : $localize`${count(retries)}:count: attempts repeated`,
    ...(during.successRate === null ? [] : [$localize`success ${share(during.successRate)}:share:`]),
    ...(during.successRate === null || before.successRate === null
      ? []
      : [$localize`${share(before.successRate)}:share: before`]),
    ...(recovery.p95Ms === null ? [] : [$localize`recovered within ${ms(recovery.p95Ms)}:time: (p95)`]),
    ...(verify === null ? [] : [verifyText(verify)]),
  ].join(', ');
}

type Verified = NonNullable<ChaosReport['verify']>;
const foundText = ({ violations }: Verified): string =>
  violations === 0 ? $localize`verified, nothing lost` : $localize`${formatCount(violations)}:count: violations`;
const verifyText = (verify: Verified): string =>
  $localize`${formatCount(verify.checked)}:count: histories ${foundText(verify)}:found:`;

/** The five figures on top. */
export function reportTiles(report: ChaosReport) {
  const { injected, touched, retries, during, before, recovery, verify, failedByChaos } = report;
  const most = report.byKind[0];
  return [
    {
      title: $localize`Faults injected`,
      figure: formatCount(injected),
      note: most === undefined ? $localize`none yet` : $localize`of ${report.byKind.length}:count: kinds`,
    },
    {
      title: $localize`Instances hit`,
      figure: formatCount(touched.count, touched.atLeast),
      note: $localize`${formatCount(failedByChaos)}:count: failed by chaos`,
      isBad: failedByChaos > 0,
    },
    {
      title: $localize`Attempts repeated`,
      figure: formatCount(retries),
      note: verify === null ? $localize`not verified yet` : foundText(verify),
      isBad: (verify?.violations ?? 0) > 0,
    },
    {
      title: $localize`Success rate`,
      figure: share(during.successRate),
      note:
        before.successRate === null
          ? $localize`${formatCount(during.ended)}:count: ended`
          : $localize`${share(before.successRate)}:share: before`,
    },
    {
      title: $localize`Recovery, p95`,
      figure: ms(recovery.p95Ms),
      note:
        recovery.p50Ms === null
          ? $localize`nothing recovered yet`
          : $localize`p50 ${ms(recovery.p50Ms)}:time:, ${formatCount(recovery.open)}:count: open`,
    },
  ];
}

import type { ChaosAllowed, ChaosFault, ChaosKind, ChaosPlanRequest, ChaosProfile } from '@contracts/rest/chaos';
import { formatDuration } from '../../ui/format';
import { chaosKinds, chaosWords } from './chaos-words';

/** One kind of fault, as typed: a share in percent, or times a minute. */
export interface FaultForm {
  readonly isOn: boolean;
  readonly rate: string;
  /** '' = as long as usual. */
  readonly ms: string;
}

/** What is to be injected, as typed. */
export interface ChaosForm {
  readonly profile: ChaosProfile;
  readonly faults: Readonly<Record<ChaosKind, FaultForm>>;
  /** Names by comma; '' = everywhere. */
  readonly definitions: string;
  readonly queues: string;
  readonly services: string;
  readonly durationMs: number;
  /** '' = a new one. */
  readonly seed: string;
  readonly mayFailInstances: boolean;
}

export type ChaosFaultTexts = Readonly<Record<string, string>>;
type Profiles = ChaosAllowed['profiles'];

const mostAMinute = 60;
const longestFaultMs = 10_000;
const mostSeed = 4_294_967_295;
export const durations: readonly number[] = [30, 60, 120, 300, 600, 900].map((seconds) => seconds * 1_000);

const shown = (kind: ChaosKind, rate: number): string =>
  String(chaosWords[kind].unit === 'share' ? Math.round(rate * 1e6) / 1e4 : rate);
const read = (kind: ChaosKind, { rate }: FaultForm): number => Number(rate) / (chaosWords[kind].unit === 'share' ? 100 : 1);

/** The faults of a profile; those it leaves out are off, with a rate to begin with. */
export function faultsOf(profiles: Profiles, profile: ChaosProfile): ChaosForm['faults'] {
  const entries = chaosKinds.map((kind): [ChaosKind, FaultForm] => {
    const own = profiles[profile][kind];
    const usual = own ?? profiles.moderate[kind] ?? profiles.aggressive[kind];
    const rate = usual && usual.rate > 0 ? usual.rate : chaosWords[kind].unit === 'share' ? 0.05 : 2;
    return [kind, { isOn: (own?.rate ?? 0) > 0, rate: shown(kind, rate), ms: usual?.ms === undefined ? '' : String(usual.ms) }];
  });
  return Object.fromEntries(entries) as ChaosForm['faults'];
}

export const firstPlan = (profiles: Profiles): ChaosForm => ({
  ...{ profile: 'moderate', faults: faultsOf(profiles, 'moderate'), definitions: '', queues: '', services: '' },
  ...{ durationMs: 60_000, seed: '', mayFailInstances: false },
});

/** What has to be mended first, by the id of its box. */
export function planFaults({ faults, seed }: ChaosForm): ChaosFaultTexts {
  const found: Record<string, string> = {};
  const inRange = (text: string, least: number, most: number): boolean =>
    text.trim() !== '' && Number(text) >= least && Number(text) <= most;
  for (const kind of chaosKinds) {
    const { isOn, rate, ms } = faults[kind];
    if (!isOn) continue;
    const most = chaosWords[kind].unit === 'share' ? 100 : mostAMinute;
    if (!inRange(rate, 0, most)) found[`rate-${kind}`] = $localize`From 0 to ${most}:most:.`;
    if (ms.trim() !== '' && !(inRange(ms, 1, longestFaultMs) && Number.isInteger(Number(ms)))) {
      found[`ms-${kind}`] = $localize`From 1 ms to ${formatDuration(longestFaultMs)}:most:.`;
    }
  }
  if (seed.trim() !== '' && !(inRange(seed, 0, mostSeed) && Number.isInteger(Number(seed)))) {
    found['seed'] = $localize`A whole number up to ${mostSeed}:most:.`;
  }
  return found;
}

const names = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');

/** As the server takes it: only what differs from the profile is said. */
export function toPlanRequest(form: ChaosForm, profiles: Profiles): ChaosPlanRequest {
  const scope = { definitions: names(form.definitions), queues: names(form.queues), services: names(form.services) };
  const usual = faultsOf(profiles, form.profile);
  const faults = chaosKinds.flatMap((kind): [ChaosKind, ChaosFault][] => {
    const [own, other] = [form.faults[kind], usual[kind]];
    if (!own.isOn) return other.isOn ? [[kind, { rate: 0 }]] : [];
    if (other.isOn && own.rate === other.rate && own.ms === other.ms) return [];
    return [[kind, { rate: read(kind, own), ...(own.ms.trim() !== '' && { ms: Number(own.ms) }) }]];
  });
  const given = Object.entries(scope).filter(([, list]) => list.length > 0);
  return {
    profile: form.profile,
    durationMs: form.durationMs,
    ...(faults.length > 0 && { faults: Object.fromEntries(faults) }),
    ...(given.length > 0 && { scope: Object.fromEntries(given) }),
    ...(form.seed.trim() !== '' && { seed: Number(form.seed) }),
    ...(form.mayFailInstances && { mayFailInstances: true }),
  };
}

/** `5 %`, `2 a minute`; with how long. */
export function rateText(kind: ChaosKind, { rate, ms }: ChaosFault): string {
  const { unit, hasMs } = chaosWords[kind];
  const often = unit === 'share' ? $localize`${shown(kind, rate)}:share: %` : $localize`${shown(kind, rate)}:times: a minute`;
  return hasMs && ms !== undefined ? $localize`${often}:often:, up to ${formatDuration(ms)}:time:` : often;
}

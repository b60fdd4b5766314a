import { type ChaosKind, chaosKinds, type ChaosOrder } from '#libs/contracts';

/** What is to be injected; the same in all services. */
export type ChaosRunOrder = NonNullable<ChaosOrder['run']>;

/** What a fault of a message or an attempt would hit, as far as it is known. */
export interface Where {
  /** Of everything that would be hit at once: the steps of an envelope may belong to several. */
  readonly definitions?: readonly string[];
  readonly queue?: string;
}

/** Who asks. */
export interface Asking {
  readonly id: string;
  readonly roles: readonly string[];
}

/** A fault to inject. */
export interface Hit {
  /** How long, or by how much; 0: it has no length. */
  readonly ms: number;
}

/** So often the attempts of one step are failed in a row at most: chaos must not keep a step from ever ending. */
const attemptsFailed = 10;

const steady = ['killWorker', 'killOrchestrator', 'cutBroker', 'cutBrokerIn', 'cutBrokerOut', 'cutDatabase'] as const;
/** Faults of a whole service: they come by time, not by what passes. */
export type ServiceFault = (typeof steady)[number];
export const serviceFaults: readonly ServiceFault[] = steady;
export type ItemFault = Exclude<ChaosKind, ServiceFault>;

/**
 * Does the `nth` (from 0) chance of this service bring a fault of this kind? Pure: the same seed, service and order of chances give the
 * same answers.
 */
export function decideItem(run: ChaosRunOrder, who: Asking, kind: ItemFault, nth: number, where: Where): Hit | undefined {
  const rate = run.faults[kind]?.rate ?? 0;
  if (rate === 0 || !isServiceInScope(run, who) || !isInScope(run, kind, where)) return undefined;
  return draw(run.seed, kind, who.id, nth) < rate
    ? { ms: lengthOf(run, kind, draw(run.seed, `${kind} ms`, who.id, nth)) }
    : undefined;
}

/** Does this second (from 0) of the run bring a fault of this kind to this service? */
export function decideSecond(run: ChaosRunOrder, who: Asking, kind: ServiceFault, second: number): Hit | undefined {
  const perMinute = run.faults[kind]?.rate ?? 0;
  if (perMinute === 0 || leavesOut(run, kind) || !isServiceInScope(run, who)) return undefined;
  return draw(run.seed, kind, who.id, second) < perMinute / 60
    ? { ms: run.faults[kind]?.ms ?? lengthByDefault(kind) }
    : undefined;
}

/** Chaos leaves an attempt alone whose step it may have failed so often already. */
export const maySpoil = (attempt: number): boolean => attempt <= attemptsFailed;

/** With definitions or queues to keep to, faults of a whole service are meant only when services are named as well. */
export function leavesOut({ scope }: Pick<ChaosRunOrder, 'scope'>, kind: ChaosKind): boolean {
  const isOfService = kind === 'slowDatabase' || steady.some((one) => one === kind);
  return isOfService && (isNarrow(scope.definitions) || isNarrow(scope.queues)) && !isNarrow(scope.services);
}

export function isServiceInScope({ scope }: Pick<ChaosRunOrder, 'scope'>, { id, roles }: Asking): boolean {
  return !isNarrow(scope.services) || scope.services!.some((one) => one === id || roles.includes(one));
}

function isInScope(run: ChaosRunOrder, kind: ItemFault, { definitions = [], queue }: Where): boolean {
  if (kind === 'slowDatabase') return !leavesOut(run, kind);
  const { scope } = run;
  return fits(scope.definitions, definitions) && fits(scope.queues, queue === undefined ? [] : [queue]);
}

const isNarrow = (names: readonly string[] | undefined): boolean => names !== undefined && names.length > 0;
/** With names to keep to, what is hit is of them and of no other; what does not say whose it is, is left alone. */
const fits = (names: readonly string[] | undefined, hit: readonly string[]): boolean =>
  !isNarrow(names) || (hit.length > 0 && hit.every((name) => names!.includes(name)));

const lengthByDefault = (kind: ChaosKind): number => {
  const { ms } = chaosKinds[kind] as { readonly ms?: number };
  return ms ?? 0;
};
/** Up to the length that is set. */
const lengthOf = (run: ChaosRunOrder, kind: ItemFault, share: number): number => {
  const most = run.faults[kind]?.ms ?? lengthByDefault(kind);
  return most === 0 ? 0 : 1 + Math.floor(most * share);
};

/** Uniform in [0, 1): a hash (FNV-1a, mixed as MurmurHash3 ends) of what it is drawn for. */
export function draw(seed: number, ...of: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const char of of.join('\n')) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

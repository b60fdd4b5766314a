import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type Chaos,
  type ChaosAllowed,
  chaosConfirmation,
  chaosKinds,
  type ChaosFaults,
  type ChaosKind,
  chaosProfiles,
  type ChaosProfile,
  type ChaosScope,
} from '#libs/contracts';
import { durationMs, wholeNumber } from '../arguments.js';
import { UsageError } from '../cli-error.js';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import { duration } from '../output/times.js';
import type { Bind } from '../program.js';
import { type ActOptions, byText, reasonText } from './acted.js';
import { actOf } from './lane-set.js';

interface OnOptions extends ActOptions {
  readonly profile?: ChaosProfile;
  readonly fault?: ChaosFaults;
  readonly scope?: ChaosScope;
  readonly for?: number;
  readonly seed?: number;
  readonly confirm?: string;
  readonly mayFailInstances?: true;
  readonly dryRun?: true;
}

const scopeText = 'definition=<name>, queue=<name> or service=<role or id>; again and again';

export function addChaosCommands(program: Command, bind: Bind): void {
  const chaos = program.command('chaos').description('faults on purpose, where the server allows them');
  chaos
    .command('on')
    .description('inject faults for a while')
    .addOption(new Option('--profile <name>', 'a set of faults').choices(chaosProfiles))
    .option(
      '--fault <kind=rate>',
      'share or times a minute, with :ms how long; in place of the profile, again and again',
      readFault,
    )
    .option('--scope <what=name>', scopeText, readScope)
    .option('--for <duration>', 'ends by itself after (default: 1m, at most 15m)', durationMs)
    .option('--seed <number>', 'chooses the same faults again', wholeNumber)
    .option('--may-fail-instances', 'injected failures count as attempts')
    .option('--dry-run', 'only show what would be hit')
    .option('--confirm <words>', `"${chaosConfirmation}"`)
    .option('--reason <text>', reasonText)
    .option('--by <name>', byText)
    .action(bind(on));
  chaos
    .command('off')
    .description('stop at once')
    .option('--reason <text>', reasonText)
    .option('--by <name>', byText)
    .action(bind(off));
  chaos.command('status').description('what was injected, and what came of it').action(bind(status));
  chaos
    .command('reset')
    .description('forget the faults so far')
    .option('--reason <text>', reasonText)
    .option('--by <name>', byText)
    .action(bind(reset));
}

/** `dropMessage=0.1`, `delayMessage=0.2:800`. */
function readFault(text: string, before: ChaosFaults = {}): ChaosFaults {
  const [, kind = '', rate = '', ms] = /^([A-Za-z]+)=([\d.]+)(?::(\d+))?$/.exec(text) ?? [];
  if (!(kind in chaosKinds) || Number.isNaN(Number(rate || 'none')))
    throw new InvalidArgumentError(`Expected kind=rate or kind=rate:ms; kinds are ${Object.keys(chaosKinds).join(', ')}.`);
  return { ...before, [kind as ChaosKind]: { rate: Number(rate), ...(ms !== undefined && { ms: Number(ms) }) } };
}

const scopes: ReadonlyMap<string, keyof ChaosScope> = new Map([
  ['definition', 'definitions'],
  ['queue', 'queues'],
  ['service', 'services'],
]);

function readScope(text: string, before: ChaosScope = {}): ChaosScope {
  const at = text.indexOf('=');
  const key = scopes.get(text.slice(0, at));
  if (key === undefined) throw new InvalidArgumentError(`Expected ${scopeText}.`);
  return { ...before, [key]: [...(before[key] ?? []), text.slice(at + 1)] };
}

async function on(context: Context, options: OnOptions): Promise<void> {
  const { profile, fault: faults, scope, seed, mayFailInstances, confirm } = options;
  const plan = { profile, faults, scope, seed, mayFailInstances, durationMs: options.for };
  if (options.dryRun) return preview(context, plan);
  if (confirm !== chaosConfirmation)
    throw new UsageError(`expected --confirm "${chaosConfirmation}"`, 'Look at --dry-run first: faults hit whatever runs there.');
  tell(context, await context.client.setChaos({ enabled: true, confirm, ...plan, ...actOf(context, options) }));
}

async function preview({ client, printer }: Context, plan: Parameters<Context['client']['previewChaos']>[0]): Promise<void> {
  const found = await client.previewChaos(plan);
  if (printer.isJson) return printer.json(found);
  printer.line(`for ${duration(found.durationMs)}: ${counted(found.instances)} running instances, ${found.queues.length} queues`);
  for (const { id, roles, kill } of found.services) printer.line(`  ${plain(id)} (${roles.join(', ')}; killed: its ${kill})`);
  for (const { kind, rate, ms, isInjected, note } of found.faults)
    printer.line(`  ${isInjected ? '•' : '–'} ${faultText(kind, rate, ms)}${note === null ? '' : `: ${plain(note)}`}`);
  for (const warning of found.warnings) printer.line(printer.colours.yellow(`! ${plain(warning)}`));
}

async function off(context: Context, options: ActOptions): Promise<void> {
  tell(context, await context.client.setChaos({ enabled: false, ...actOf(context, options) }));
}

async function reset(context: Context, options: ActOptions): Promise<void> {
  tell(context, await context.client.resetChaos(actOf(context, options)));
}

async function status(context: Context): Promise<void> {
  tell(context, await context.client.getChaos());
}

function tell({ printer }: Context, chaos: Chaos): void {
  if (printer.isJson) return printer.json(chaos);
  if (!chaos.allowed) return printer.line('chaos mode is not allowed on this server');
  const { run, report } = chaos;
  if (run === null || report === null) return printer.line('chaos mode is off, and was never on');
  printer.line(chaos.enabled ? printer.colours.yellow(`chaos mode is on, ${duration(chaos.leftMs)} left`) : 'chaos mode is off');
  printer.line(
    `${run.profile ?? 'by hand'}, seed ${run.seed}${run.by === null ? '' : `, by ${plain(run.by)}`}${run.reason === null ? '' : `: ${plain(run.reason)}`}`,
  );
  for (const line of reportLines(report)) printer.line(line);
}

function reportLines(report: NonNullable<ChaosAllowed['report']>): string[] {
  const { injected, byKind, touched, during, before, failedByChaos, retries, recovery, verify } = report;
  return [
    `${injected} faults: ${byKind.map(({ kind, count }) => `${count} × ${kind}`).join(', ') || 'none yet'}`,
    `success rate ${share(during.successRate)} of ${during.ended} ended (before: ${share(before.successRate)} of ${before.ended}), ${failedByChaos} failed by chaos`,
    `${counted(touched)} instances hit, ${retries} attempts again; recovery p50 ${time(recovery.p50Ms)}, p95 ${time(recovery.p95Ms)}, ${recovery.open} not yet`,
    verify === null ? 'verify: not looked yet' : `verify: ${verify.violations} violations in ${verify.checked} instances`,
  ];
}

const counted = ({ count, atLeast }: { count: number; atLeast: boolean }): string => `${count}${atLeast ? '+' : ''}`;
const share = (rate: number | null): string => (rate === null ? '–' : `${(rate * 100).toFixed(1)} %`);
const time = (ms: number | null): string => (ms === null ? '–' : duration(ms));

function faultText(kind: ChaosKind, rate: number, ms: number | null): string {
  const often = chaosKinds[kind].unit === 'share' ? `${+(rate * 100).toFixed(2)} %` : `${rate} a minute`;
  return `${chaosKinds[kind].title}: ${often}${ms === null ? '' : `, ${ms} ms`}`;
}

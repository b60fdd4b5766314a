import { Injectable } from '@nestjs/common';
import { type ChaosKind, chaosKinds, type ChaosPreview, type ChaosService } from '#libs/contracts';
import { isServiceInScope, leavesOut, serviceFaults } from '#libs/chaos';
import { ChaosFigures, type ChaosPlan } from '#libs/persistence';
import { QueueList } from '../workers/queue-list.js';

type PreviewFault = ChaosPreview['faults'][number];

/** Who may be hit by a fault of a service: by role. */
const rolesHit: Partial<Record<ChaosKind, readonly string[]>> = {
  killWorker: ['worker'],
  killOrchestrator: ['orchestrator'],
  crashHandler: ['worker'],
  failStep: ['worker'],
  failCompensation: ['worker'],
  cutDatabase: ['orchestrator', 'gateway'],
  slowDatabase: ['orchestrator', 'gateway'],
};

/** Blast radius: what a plan would hit, were it begun now. */
@Injectable()
export class ChaosPreviews {
  constructor(
    private readonly queues: QueueList,
    private readonly figures: ChaosFigures,
  ) {}

  async preview(plan: ChaosPlan, durationMs: number, present: readonly ChaosService[]): Promise<ChaosPreview> {
    const { definitions, queues: named = [] } = plan.scope;
    const services = present.filter((service) => isServiceInScope(plan, service));
    const [queues, running] = await Promise.all([this.queues.list(), this.figures.running(definitions)]);
    const hit = queues.filter(({ queue }) => named.length === 0 || named.includes(queue));
    return {
      faults: Object.entries(plan.faults).map(([kind, fault]) => faultOf(kind as ChaosKind, fault!, plan, services)),
      services,
      queues: hit.map(({ queue, task, queued, sent }) => ({ queue, task, inFlight: queued + sent })),
      instances: { count: running.count, atLeast: running.isCapped },
      durationMs,
      warnings: warningsOf(plan, services, durationMs),
    };
  }
}

function faultOf(
  kind: ChaosKind,
  fault: { rate: number; ms?: number },
  plan: ChaosPlan,
  services: readonly ChaosService[],
): PreviewFault {
  const { ms = null } = chaosKinds[kind] as { ms?: number };
  const roles = rolesHit[kind];
  const victims = services.filter((service) => roles === undefined || service.roles.some((role) => roles.includes(role)));
  const isLeftOut = leavesOut(plan, kind);
  const isInjected = !isLeftOut && victims.length > 0;
  const note = isLeftOut ? 'it cannot be kept to definitions or queues; name services, too' : noteOf(kind, victims);
  return { kind, rate: fault.rate, ms: fault.ms ?? ms, isInjected, note };
}

function noteOf(kind: ChaosKind, victims: readonly ChaosService[]): string | null {
  if (victims.length === 0) return 'no service in scope has what it hits';
  if (kind !== 'killWorker' && kind !== 'killOrchestrator') return null;
  const inMemory = victims.filter(({ kill }) => kill === 'memory').length;
  if (inMemory === 0) return null;
  return `${inMemory} of ${victims.length} drop what they hold in memory and go on: nothing is known to start their process again (ORQUESTRA_SUPERVISED)`;
}

function warningsOf(plan: ChaosPlan, services: readonly ChaosService[], durationMs: number): string[] {
  const kills = (['killWorker', 'killOrchestrator'] as const).filter(
    (kind) => plan.faults[kind] !== undefined && !leavesOut(plan, kind),
  );
  const isHeavy = serviceFaults.some((kind) => (plan.faults[kind]?.rate ?? 0) * services.length * (durationMs / 60_000) > 60);
  return [
    ...(services.length === 0 ? ['No service with chaos allowed is in scope: nothing would be hit'] : []),
    ...(plan.mayFailInstances
      ? ['Instances may fail that would have succeeded, and steps that may run only once are not spared']
      : []),
    ...(kills.length > 0 && services.some(({ kill }) => kill === 'process')
      ? ['Processes are ended for real; their supervisors start them again']
      : []),
    ...(isHeavy ? ['More than one fault a second of a whole service: work may stand still until it is over'] : []),
  ];
}

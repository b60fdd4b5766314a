import { z } from 'zod';
import { actShape } from './actions.js';
import { cappedCountSchema, definitionNameSchema, isoTimeSchema, queueNameSchema, uuidSchema } from './common.js';

/** What has to be typed before faults are injected. */
export const chaosConfirmation = 'enable chaos mode';
export const chaosLimits = { defaultMs: 60_000, longestMs: 900_000, shares: 1, perMinute: 60, longestFaultMs: 10_000 } as const;

/**
 * Every kind of fault. `share`: of what it may hit, each by itself. `perMinute`: times a minute, of each service by itself.
 * `ms`: how long, or by how much at most; absent: the fault has no length.
 */
export const chaosKinds = {
  killWorker: { unit: 'perMinute', title: 'Kill a worker', about: 'It ends without a goodbye, with all it holds' },
  killOrchestrator: {
    unit: 'perMinute',
    title: 'Kill an orchestrator',
    about: 'It ends without a goodbye; what it owns is taken over',
  },
  crashHandler: { unit: 'share', title: 'Crash a handler', about: 'It has run, and its outcome is lost' },
  dropMessage: {
    unit: 'share',
    title: 'Drop messages',
    about: 'Lost on the way to the broker; step commands also after it has confirmed them',
  },
  duplicateMessage: { unit: 'share', title: 'Duplicate messages', about: 'Sent twice' },
  delayMessage: { unit: 'share', title: 'Delay messages', about: 'Delivered late', ms: 500 },
  reorderMessages: { unit: 'share', title: 'Reorder messages', about: 'Delivered after the one behind it' },
  cutBroker: { unit: 'perMinute', title: 'Partition: both directions', about: 'The connection to the broker is lost', ms: 2_000 },
  cutBrokerIn: { unit: 'perMinute', title: 'Partition: incoming', about: 'Nothing arrives from the broker', ms: 2_000 },
  cutBrokerOut: { unit: 'perMinute', title: 'Partition: outgoing', about: 'Nothing leaves for the broker', ms: 2_000 },
  cutDatabase: {
    unit: 'perMinute',
    title: 'Cut the database',
    about: 'Its connections are lost, and none can be made',
    ms: 1_000,
  },
  slowDatabase: { unit: 'share', title: 'Slow the database', about: 'A statement takes longer to reach it', ms: 100 },
  failStep: { unit: 'share', title: 'Fail a step', about: 'Its attempt fails before its handler runs' },
  failCompensation: { unit: 'share', title: 'Fail a compensation', about: 'Its attempt fails before its handler runs' },
} as const satisfies Record<
  string,
  { readonly unit: 'share' | 'perMinute'; readonly title: string; readonly about: string; readonly ms?: number }
>;
export type ChaosKind = keyof typeof chaosKinds;
const kinds = Object.keys(chaosKinds) as [ChaosKind, ...ChaosKind[]];
export const chaosKindSchema = z.enum(kinds).describe('Kind of a fault');

export const chaosFaultSchema = z
  .strictObject({
    rate: z.number().min(0).describe('A share from 0 to 1, or times a minute (at most 60) in each service; 0: none'),
    ms: z.int().min(1).max(chaosLimits.longestFaultMs).optional().describe('How long, or by how much at most'),
  })
  .meta({ id: 'ChaosFault' });
export type ChaosFault = z.infer<typeof chaosFaultSchema>;
export type ChaosFaults = Partial<Record<ChaosKind, ChaosFault>>;
const faultsShape = Object.fromEntries(
  kinds.map((kind) => [kind, chaosFaultSchema.optional().describe(`${chaosKinds[kind].about} (${chaosKinds[kind].unit})`)]),
) as Record<ChaosKind, z.ZodOptional<typeof chaosFaultSchema>>;
export const chaosFaultsSchema = z
  .strictObject(faultsShape)
  .superRefine((faults, context) => {
    for (const kind of kinds) {
      const rate = faults[kind]?.rate ?? 0;
      const most = chaosKinds[kind].unit === 'share' ? chaosLimits.shares : chaosLimits.perMinute;
      if (rate > most)
        context.addIssue({ code: 'custom', path: [kind, 'rate'], message: `expected at most ${most}, but was ${rate}` });
    }
  })
  .meta({ id: 'ChaosFaults' });

export const chaosProfiles = ['gentle', 'moderate', 'aggressive'] as const;
export type ChaosProfile = (typeof chaosProfiles)[number];

export const chaosScopeSchema = z
  .strictObject({
    definitions: z.array(definitionNameSchema).max(50).optional().describe('Only steps of these'),
    queues: z.array(queueNameSchema).max(50).optional().describe('Only steps on these'),
    services: z
      .array(z.string().min(1).max(100))
      .max(50)
      .optional()
      .describe('Only in these: `gateway`, `orchestrator`, `worker`, or the id of one'),
  })
  .meta({
    id: 'ChaosScope',
    description:
      'Default: everything. With definitions or queues only what can be told to be theirs is hit (step commands, handlers; never a message with steps of others in it); faults of a whole service are left out, unless `services` names some',
  });
export type ChaosScope = z.infer<typeof chaosScopeSchema>;

const plan = {
  profile: z.enum(chaosProfiles).optional().describe('A set of faults; default `moderate`, or none when `faults` are given'),
  faults: chaosFaultsSchema.optional().describe('In place of those of the profile, kind by kind'),
  scope: chaosScopeSchema.optional(),
  durationMs: z
    .int()
    .min(1_000)
    .max(chaosLimits.longestMs)
    .optional()
    .describe("It ends by itself after so long, by the database's clock, also over restarts; default 60,000"),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .optional()
    .describe('The same one chooses the same faults, as far as the same happens again; default: a new one'),
  mayFailInstances: z
    .boolean()
    .optional()
    .describe(
      'Injected failures count as attempts of their step, and what may run only once is not spared. Default: no, so that no instance ends otherwise',
    ),
};
export const chaosPreviewBodySchema = z.strictObject(plan).meta({ id: 'ChaosPreviewBody' });
export type ChaosPlanRequest = z.input<typeof chaosPreviewBodySchema>;
export const chaosBodySchema = z
  .strictObject({
    enabled: z.boolean(),
    confirm: z.string().max(100).optional().describe(`To enable it: \`${chaosConfirmation}\``),
    ...plan,
    ...actShape,
  })
  .meta({ id: 'ChaosBody' });
export type ChaosRequest = z.input<typeof chaosBodySchema>;
export type ChaosBody = z.output<typeof chaosBodySchema>;
export const chaosResetBodySchema = z.strictObject(actShape).meta({ id: 'ChaosReset' });

export const chaosServiceSchema = z
  .object({
    id: z.string(),
    roles: z.array(z.string()).describe('`gateway`, `orchestrator`, `worker`; of `npm start` all of them'),
    kill: z
      .enum(['process', 'memory'])
      .describe(
        '`process`: killing it ends the process, and its supervisor starts it again. `memory`: it loses what it holds in memory, and goes on',
      ),
  })
  .meta({ id: 'ChaosService' });
export type ChaosService = z.infer<typeof chaosServiceSchema>;

export const chaosRunSchema = z
  .object({
    id: uuidSchema,
    profile: z.enum(chaosProfiles).nullable(),
    faults: chaosFaultsSchema.describe('As they are injected'),
    scope: chaosScopeSchema,
    seed: z.int(),
    mayFailInstances: z.boolean(),
    reason: z.string().nullable(),
    by: z.string().nullable(),
    startedAt: isoTimeSchema,
    endsAt: isoTimeSchema.describe('By itself'),
    endedAt: isoTimeSchema.nullable(),
  })
  .meta({ id: 'ChaosRun' });
export type ChaosRun = z.infer<typeof chaosRunSchema>;

export const chaosInjectedSchema = z
  .object({
    at: isoTimeSchema,
    kind: chaosKindSchema,
    service: z.string(),
    target: z.string().describe('What was hit: a queue, a step, a link'),
    instanceId: uuidSchema.nullable(),
    path: z.string().nullable(),
    ms: z.int().nullable().describe('How long, or by how much'),
  })
  .meta({ id: 'ChaosInjected' });
export type ChaosInjected = z.infer<typeof chaosInjectedSchema>;

const ratesShape = {
  instances: z.int().describe('Created in that time'),
  ended: z.int(),
  completed: z.int(),
  failed: z.int().describe('Ended otherwise than completed'),
  successRate: z.number().nullable().describe('Completed among ended, 0 to 1; null: none has ended'),
};
export const chaosReportSchema = z
  .object({
    injected: z.int().describe('Faults of this run'),
    byKind: z.array(z.object({ kind: chaosKindSchema, count: z.int() })).describe('Most frequent first'),
    touched: cappedCountSchema.describe('Instances that a fault has hit'),
    during: z.object(ratesShape).describe('Instances created while chaos was on; at most 10,000 are looked at'),
    before: z.object(ratesShape).describe('Those created in as much time before it'),
    failedByChaos: z.int().describe('Instances that ended with an injected failure'),
    retries: z.int().describe('Attempts opened again of instances that were hit'),
    recovery: z
      .object({
        samples: z.int(),
        open: z.int().describe('Not recovered yet'),
        p50Ms: z.number().nullable(),
        p95Ms: z.number().nullable(),
      })
      .describe(
        "From a fault that hit a step until the step's next progress, and from a kill until its partitions are owned again",
      ),
    verify: z
      .object({ checked: z.int(), violations: z.int(), at: isoTimeSchema })
      .nullable()
      .describe('Of instances that were hit, the newest 500; null: not looked yet'),
    recent: z.array(chaosInjectedSchema).describe('The newest 50'),
  })
  .meta({ id: 'ChaosReport' });
export type ChaosReport = z.infer<typeof chaosReportSchema>;

const notAllowed = z.object({ allowed: z.literal(false) }).describe('The server was not started with chaos allowed');
export const chaosSchema = z
  .discriminatedUnion('allowed', [
    notAllowed,
    z.object({
      allowed: z.literal(true),
      enabled: z.boolean(),
      leftMs: z.int().describe('Until it ends by itself; 0 while it is off'),
      run: chaosRunSchema.nullable().describe('The present one, or else the last'),
      services: z.array(chaosServiceSchema).describe('In which faults can be injected, as heard in the last seconds'),
      report: chaosReportSchema.nullable().describe('Of that run'),
      profiles: z.object({ gentle: chaosFaultsSchema, moderate: chaosFaultsSchema, aggressive: chaosFaultsSchema }),
    }),
  ])
  .meta({ id: 'Chaos' });
export type Chaos = z.infer<typeof chaosSchema>;
export type ChaosAllowed = Extract<Chaos, { allowed: true }>;

export const chaosPreviewSchema = z
  .object({
    faults: z
      .array(
        z.object({
          kind: chaosKindSchema,
          rate: z.number(),
          ms: z.int().nullable(),
          isInjected: z.boolean().describe('false: the scope leaves it out, or no service has what it hits'),
          note: z.string().nullable().describe('Why not, or how'),
        }),
      )
      .describe('Of the plan'),
    services: z.array(chaosServiceSchema).describe('That would be hit'),
    queues: z.array(z.object({ queue: z.string(), task: z.string(), inFlight: z.int() })).describe('Whose steps would be hit'),
    instances: cappedCountSchema.describe('Running now, and in scope'),
    durationMs: z.int(),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'ChaosPreview', description: 'Blast radius' });
export type ChaosPreview = z.infer<typeof chaosPreviewSchema>;

import { z } from 'zod';

export const aliveSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });
export const readinessSchema = z
  .object({
    status: z
      .enum(['ok', 'degraded', 'down', 'draining'])
      .describe('`degraded`: starts are accepted and kept, work goes on when the broker is back'),
    checks: z.record(z.string(), z.object({ status: z.enum(['ok', 'down']), detail: z.string().optional() })),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof readinessSchema>;

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineTask, type InputOf, type OutputOf, type TaskContext, TaskHandler } from '#libs/worker-sdk';

const booking = z.string().meta({ description: 'Names what was booked: what cancels it needs nothing else.' });

export const TripBook = defineTask('trip.book', {
  description: 'Books a flight or a hotel.',
  input: z.object({ what: z.enum(['flight', 'hotel']), traveller: z.string(), to: z.string() }),
  output: z.object({ booking, cents: z.int() }),
});

export const TripCancel = defineTask('trip.cancel', {
  description: 'Cancels a booking; one that is cancelled already stays so.',
  input: z.object({ booking }),
  output: z.object({ cancelled: booking }),
});

export const TripCharge = defineTask('trip.charge', {
  description: 'Charges a card.',
  input: z.object({ card: z.enum(['valid', 'declined']), cents: z.int().min(1) }),
  output: z.object({ cents: z.int() }),
  errors: ['CARD_DECLINED'],
});

const prices = { flight: 18_900, hotel: 32_000 } as const;

/** Tasks of `trip.workflow.yaml`. They keep nothing: a real one would ask an airline, handing on the idempotency key. */
export class TripHandlers {
  /** The same step books the same thing again, however often it is run: its booking is named after the idempotency key. */
  @TaskHandler(TripBook)
  book({ what, to }: InputOf<typeof TripBook>, { idempotencyKey, log }: TaskContext): OutputOf<typeof TripBook> {
    const name = `${what}-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 8)}`;
    log(`booked ${name} to ${to}`);
    return { booking: name, cents: prices[what] };
  }

  @TaskHandler(TripCancel)
  cancel({ booking: name }: InputOf<typeof TripCancel>, { log }: TaskContext): OutputOf<typeof TripCancel> {
    log(`cancelled ${name}`);
    return { cancelled: name };
  }

  @TaskHandler(TripCharge)
  charge({ card, cents }: InputOf<typeof TripCharge>, step: TaskContext): OutputOf<typeof TripCharge> {
    if (card === 'declined') step.fail('CARD_DECLINED', 'The bank declined the card', { cents });
    return { cents };
  }
}

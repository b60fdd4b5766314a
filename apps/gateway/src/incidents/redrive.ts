import type { Json } from '#libs/engine';
import type { LostStepDecision } from '#libs/contracts';
import type { IncidentWithMessage, Operator } from '#libs/persistence';

/** How an operator wants incidents redriven. */
export interface RedriveWish {
  /** In place of the content of the message, or of the input of the step. */
  readonly edit?: Json | undefined;
  readonly decision?: LostStepDecision | undefined;
  readonly output?: Json | undefined;
  readonly operator: Operator;
}

/** One redrive of one incident. */
export interface Redrive {
  readonly incident: IncidentWithMessage;
  readonly wish: RedriveWish;
  /** Names its effect: whatever stores it does so once under this name. */
  readonly name: string;
}

/** What was done. */
export interface Redriven {
  readonly message: string;
  /** That it started, or that it is about. */
  readonly instance?: string | undefined;
}

/** Nothing was done, and the incident stays as it is: what was decided, or has happened, before is in the way. */
export class Withheld extends Error {
  constructor(
    readonly code: 'DECISION_UNDER_WAY' | 'DECISION_MADE' | 'STEP_MOVED_ON',
    message: string,
  ) {
    super(message);
  }
}

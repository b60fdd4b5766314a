/** What the dialog of an act shows, asks for, and does. */
export interface ActPlan {
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  readonly confirm: string;
  readonly isDanger?: boolean;
  /** A box of JSON: an input or an output by hand. */
  readonly json?: JsonPart;
  /** Offers what becomes of completed steps. */
  readonly asksCompensation?: boolean;
  /** Said to screen readers once it is done. */
  readonly done: string;
  readonly run: (given: ActGiven, key: string) => Promise<unknown>;
}

export interface JsonPart {
  readonly label: string;
  readonly hint?: string;
  /** To begin with. */
  readonly value?: unknown;
  readonly placeholder?: string;
  /** Behind a tick: unless it is ticked nothing is given. */
  readonly optIn?: string;
  readonly isRequired?: boolean;
}

/** What was given in the dialog. Absent: not given. */
export interface ActGiven {
  readonly reason?: string;
  readonly by?: string;
  readonly json?: unknown;
  readonly compensate?: boolean;
}

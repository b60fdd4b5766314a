/** What the dialog of an act shows, asks for, and does. */
export interface ActPlan {
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  readonly confirm: string;
  readonly isDanger?: boolean;
  /** A box of JSON: an input or an output by hand. */
  readonly json?: JsonPart;
  /** A line of text: names, an id. */
  readonly line?: LinePart;
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

export interface LinePart {
  readonly label: string;
  readonly hint?: string;
  /** To begin with. */
  readonly value?: string;
  /** Why what is typed cannot be sent; undefined: it can. */
  readonly faultOf: (text: string) => string | undefined;
}

/** What was given in the dialog. Absent: not given. */
export interface ActGiven {
  readonly reason?: string;
  readonly by?: string;
  readonly json?: unknown;
  /** Trimmed. */
  readonly line?: string;
  readonly compensate?: boolean;
}

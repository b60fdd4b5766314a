import type { IncidentGroup, IncidentGroupKey, IncidentKind } from '@contracts/rest/incidents';

export interface KindWords {
  readonly word: string;
  /** Whose fault it is, or what is to be done about it. */
  readonly help: string;
}

export const kindWords: Readonly<Record<IncidentKind, KindWords>> = {
  unreadable: {
    word: $localize`Unreadable message`,
    help: $localize`It is none of the messages this system knows. Its sender has to be mended, or the message edited.`,
  },
  refusedCommand: {
    word: $localize`Refused command`,
    help: $localize`Another system asked for something that could not be done.`,
  },
  refusedMessage: {
    word: $localize`Refused message`,
    help: $localize`A message trigger took it, and could start or deliver nothing with it.`,
  },
  refusedHook: { word: $localize`Refused hook`, help: $localize`A hook was called with something it can do nothing with.` },
  failingCommand: {
    word: $localize`Failing command`,
    help: $localize`It was tried again and again, and broke off each time.`,
  },
  failingMessage: {
    word: $localize`Failing message`,
    help: $localize`It was tried again and again, and broke off each time.`,
  },
  undecidable: {
    word: $localize`Undecidable input`,
    help: $localize`Deciding about it broke off. Its instance goes on without it.`,
  },
  refused: { word: $localize`Refused by the database`, help: $localize`What was decided could not be stored.` },
  lostStep: {
    word: $localize`Lost step`,
    help: $localize`It may run only once, and its worker was lost while it ran. Whether it has had its effect, a person has to find out.`,
  },
  broken: { word: $localize`Broken instance`, help: $localize`It cannot go on by itself.` },
  unsendable: { word: $localize`Unsendable`, help: $localize`What was decided could not be sent.` },
  deadLetter: {
    word: $localize`Dead letter`,
    help: $localize`A message nobody could use. What it was to do is done anew by itself, or by its sender.`,
  },
  untold: { word: $localize`Untold`, help: $localize`Its parent, or who waits for it, could not be told.` },
  webhookDisabled: {
    word: $localize`Webhook disabled`,
    help: $localize`Its address took nothing for so long that nothing more is sent to it.`,
  },
  webhookMissed: { word: $localize`Webhook missed events`, help: $localize`Events were gone before they could be sent.` },
  triggerDisabled: {
    word: $localize`Trigger disabled`,
    help: $localize`It failed so often in a row that it has stopped by itself.`,
  },
};

export const incidentKinds = Object.keys(kindWords) as readonly IncidentKind[];

/** There may be newer kinds than this console knows. */
export const wordsOf = (kind: string): KindWords => kindWords[kind as IncidentKind] ?? { word: kind, help: '' };

export const groupKey = ({ kind, code, step, definition }: IncidentGroup): IncidentGroupKey => ({
  kind: kind as IncidentKind,
  code,
  step,
  definition,
});

export const groupId = (group: IncidentGroup): string => JSON.stringify(groupKey(group));

/** Where it happened: definition and step; '' when it is about no definition. */
export const placeOf = ({ definition, step }: Pick<IncidentGroup, 'definition' | 'step'>): string =>
  [definition, step].filter((part) => part !== null).join(' · ');

/** The reason without the code in front of it, which is shown beside it. */
export const reasonText = ({ reason, code }: { readonly reason: string; readonly code: string | null }): string =>
  code !== null && reason.startsWith(`${code}: `) ? reason.slice(code.length + 2) : reason;

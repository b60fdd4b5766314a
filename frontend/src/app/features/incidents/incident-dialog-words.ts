import type { LostStepDecision } from '@contracts/rest/incidents';
import { wordsOf } from './incident-words';
import type { IncidentDialogInput, IncidentTarget } from './incident-dialog';

/** Above so many their number is typed first. */
const manyIncidents = 100;

/** What is typed to confirm; undefined: nothing need be typed. */
export const confirmation = (count: number): string | undefined => (count > manyIncidents ? String(count) : undefined);

export const decisionWords: readonly { readonly name: LostStepDecision; readonly word: string; readonly help: string }[] = [
  {
    name: 'runAgain',
    word: $localize`Run it again`,
    help: $localize`A new attempt begins. Choose this when the lost one had no effect.`,
  },
  {
    name: 'complete',
    word: $localize`It is done`,
    help: $localize`It counts as completed with the output given here. Choose this when the lost attempt had its effect.`,
  },
  { name: 'fail', word: $localize`It has failed`, help: $localize`It stays failed, and its instance goes on from there.` },
];

/** What is meant, within a title. */
export function targetText(target: IncidentTarget): string {
  if ('group' in target) return $localize`this group: ${wordsOf(target.group.kind).word}:kind:`;
  if ('filter' in target) return $localize`all that match`;
  return target.ids.length === 1 ? $localize`this incident` : $localize`these ${target.ids.length}:count:`;
}

interface Words {
  readonly title: (what: string) => string;
  readonly text: string;
  readonly confirm: string;
  readonly done: string;
}

export function actWords({ act, redrive }: IncidentDialogInput): Words {
  if (act === 'discard') {
    return {
      title: (what) => $localize`Discard ${what}:what:?`,
      text: $localize`It is closed and nothing is done. It stays in the list of discarded ones, with the reason.`,
      confirm: $localize`Discard`,
      done: $localize`Discarded`,
    };
  }
  if (act === 'resolve') {
    return {
      title: (what) => $localize`Resolve ${what}:what:?`,
      text: $localize`It is closed because somebody has mended it by hand. Nothing is done by that.`,
      confirm: $localize`Resolve`,
      done: $localize`Resolved`,
    };
  }
  return { ...redriveWords(redrive), done: $localize`Redriven` };
}

function redriveWords(redrive: IncidentDialogInput['redrive']): Omit<Words, 'done'> {
  if (redrive === 'step') {
    return {
      title: (what) => $localize`Decide about ${what}:what:`,
      text: $localize`The step may run only once, and its worker was lost. Find out whether it has had its effect, then say so here.`,
      confirm: $localize`Decide`,
    };
  }
  const confirm = $localize`Redrive`;
  const title = (what: string): string => $localize`Redrive ${what}:what:?`;
  if (redrive === 'instance') return { title, confirm, text: $localize`Its instance is looked at again, and goes on if it can.` };
  return {
    title,
    confirm,
    text: $localize`Its message is handled again, once, however often it is asked for. What is refused again stays open and says why.`,
  };
}

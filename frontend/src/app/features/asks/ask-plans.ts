import type { ActsApi } from '../../core/api/acts-api';
import type { ActPlan } from '../acts/act-plan';
import type { AskFacts } from './ask-facts';

export const readNames = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];

/** Passes an ask on to other people. */
export const reassignPlan = (api: ActsApi, { instance, path, name, assignees }: AskFacts): ActPlan => ({
  title: $localize`Reassign ${name}:ask:`,
  text: $localize`It is asked of these people from now on; a claim is given up.`,
  confirm: $localize`Reassign`,
  done: $localize`${name}:ask: is reassigned`,
  line: {
    label: $localize`Assignees`,
    hint: $localize`Names or groups, separated by commas`,
    value: assignees.join(', '),
    faultOf: (text) => (readNames(text).length === 0 ? $localize`Name at least one.` : undefined),
  },
  run: ({ line = '', reason, by }, key) =>
    api.reassign(instance, path, { assignees: readNames(line), ...(reason && { reason }), ...(by && { by }) }, key),
});

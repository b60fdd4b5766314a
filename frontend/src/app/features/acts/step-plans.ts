import type { ActsApi, StepActName } from '../../core/api/acts-api';
import { payloadLink } from '../../core/api/payload-links';
import type { ActPlan, JsonPart } from './act-plan';
import { type ActedStep, hasInput } from './possible-acts';

/** A step that is acted upon, with what it received so far. */
export interface StepToAct extends ActedStep {
  readonly input?: unknown;
}

const outputPart = (hint: string, placeholder: string): JsonPart => ({ label: $localize`Output (JSON)`, hint, placeholder });

/** `name` of `step`: what the dialog says and does. */
export function stepPlan(api: ActsApi, id: string, step: StepToAct, name: StepActName): ActPlan {
  const { json, ...words } = wordsOf(step, name);
  const field = name === 'retry' ? 'input' : 'output';
  return {
    ...words,
    ...(json && { json }),
    run: ({ reason, by, json: value }, key) => {
      const given = { ...(reason && { reason }), ...(by && { by }), ...(value !== undefined && { [field]: value }) };
      return api.actOnStep(id, name, { path: step.path, ...given }, key);
    },
  };
}

function wordsOf(step: StepToAct, name: StepActName): Omit<ActPlan, 'run'> {
  const { path } = step;
  switch (name) {
    case 'retry':
      return {
        title: $localize`Retry ${path}:step:?`,
        text: $localize`The step runs again at once with fresh attempts, and what depends on it goes on after it. Completed work is kept.`,
        confirm: $localize`Retry step`,
        done: $localize`${path}:step: runs again`,
        ...(hasInput(step) && { json: inputPart(step) }),
      };
    case 'skip':
      return {
        title: $localize`Skip ${path}:step:?`,
        text: $localize`The step counts as passed with the output you give, and what depends on it goes on. A worker that has it is told to stop.`,
        confirm: $localize`Skip step`,
        done: $localize`${path}:step: is skipped`,
        json: outputPart($localize`What the steps after it see as its output; nothing means null.`, 'null'),
      };
    case 'complete':
      return {
        title: $localize`Complete ${path}:step: by hand?`,
        text: $localize`The wait ends now, or the block goes on with what it has; what is still open in it is stopped.`,
        confirm: $localize`Complete step`,
        done: $localize`${path}:step: is completed`,
        json: outputPart($localize`Nothing: of a block what it has so far, else null.`, ''),
      };
    case 'cancel':
      return {
        title: $localize`Cancel ${path}:step:?`,
        text: $localize`The step and all in it is stopped. That counts as a failure: steps that need it do not run.`,
        confirm: $localize`Cancel step`,
        isDanger: true,
        done: $localize`${path}:step: is being cancelled`,
      };
  }
}

const inputPart = ({ input = {} }: StepToAct): JsonPart => {
  const isElsewhere = payloadLink(input) !== undefined;
  return {
    label: $localize`Input (JSON)`,
    value: isElsewhere ? undefined : input,
    optIn: $localize`Edit the input`,
    hint: isElsewhere
      ? $localize`Its own input is too big to begin with: paste the whole of what it is given instead.`
      : $localize`In place of its own input. The task receives a new idempotency key then.`,
    isRequired: true,
  };
};

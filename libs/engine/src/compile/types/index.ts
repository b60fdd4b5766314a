import type { StepType } from '../../model/plan.js';
import type { StepContext, TypeFields } from '../step-context.js';
import { readAgain, readFail, readSet, readTask } from './actions.js';
import { readAsk } from './ask.js';
import { readBranch } from './branch.js';
import { readEmit } from './emit.js';
import { readEvent, readSleep } from './waits.js';
import { readForEach } from './for-each.js';
import { readLock } from './lock.js';
import { readParallel } from './parallel.js';
import { readRepeat } from './repeat.js';
import { readTry } from './try.js';
import { readWorkflow } from './workflow.js';

/** Who reads the fields of each type. */
export const typeReaders: Readonly<Record<StepType, (step: StepContext) => TypeFields>> = {
  task: readTask,
  sleep: readSleep,
  event: readEvent,
  ask: readAsk,
  branch: readBranch,
  parallel: readParallel,
  forEach: readForEach,
  repeat: readRepeat,
  workflow: readWorkflow,
  try: readTry,
  lock: readLock,
  set: readSet,
  emit: readEmit,
  fail: readFail,
  complete: () => ({}),
  again: readAgain,
};

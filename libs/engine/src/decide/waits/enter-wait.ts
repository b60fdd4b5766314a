import type { Site } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { enterAsk } from './enter-ask.js';
import { enterEmit } from './enter-emit.js';
import { enterEvent } from './enter-event.js';
import { enterSleep } from './enter-sleep.js';

/**
 * A step begins to wait for something other than a worker, a block or a child; or has at once what it would wait for.
 * @throws ExpressionError, TypeError the step fails
 */
export function enterWait(draft: Draft, site: Site, metBy: string[] | undefined): void {
  switch (site.step.type) {
    case 'sleep':
      return enterSleep(draft, site, metBy);
    case 'event':
      return enterEvent(draft, site, metBy);
    case 'ask':
      return enterAsk(draft, site, metBy);
    case 'emit':
      return enterEmit(draft, site, metBy);
    default:
      throw new RangeError(`expected a step that waits, but "${site.path}" is a ${site.step.type}`);
  }
}

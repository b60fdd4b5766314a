import { blockVerdict } from '../../apply/block-verdict.js';
import type { Site } from '../../state/site.js';
import { closeBlock } from '../cancel-step.js';
import { failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { expressionFailure } from '../expression-failure.js';
import { startUndos } from '../undo/start-undo.js';
import { endBlock, failureOfParts } from './end-block.js';
import { chooseHandler } from './handle.js';
import { nextRound } from './rounds.js';

/** Steps of a body whose undoing begins in one look. */
const undosAtOnce = 100;

/** Decides what an open block does next. It is asked only when there is something to decide. */
export function look(draft: Draft, site: Site): void {
  const verdict = blockVerdict(draft.state, site);
  try {
    switch (verdict.do) {
      case 'wait':
        return;
      case 'open':
        return openBodies(draft, site, verdict.keys);
      case 'openNumbers': {
        const count = verdict.to - verdict.from;
        return draft.emit(
          'scopesOpened',
          { keys: Array.from({ length: count }, (_, index) => String(verdict.from + index)) },
          site.path,
        );
      }
      case 'round':
        return nextRound(draft, site);
      case 'undo':
        startUndos(draft, () => draft.state.step(site.path).block!.undoing!, undosAtOnce);
        return;
      case 'handle':
        return chooseHandler(draft, site);
      case 'close':
        return closeBlock(draft, site, {
          as: verdict.as,
          ...(verdict.as === 'failed' && { failure: failureOfParts(draft, site) }),
        });
      case 'end':
        return endBlock(draft, site);
    }
  } catch (error) {
    failStep(draft, site, expressionFailure(error)); // nothing is open in it when it evaluates something
  }
}

function openBodies(draft: Draft, site: Site, keys: readonly string[]): void {
  draft.emit('scopesOpened', { keys: [...keys] }, site.path);
}

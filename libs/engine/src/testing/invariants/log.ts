import { apply } from '../../apply/apply.js';
import { decide } from '../../decide/decide.js';
import { canonicalJson } from '../../json/canonical.js';
import type { Json, JsonObject } from '../../model/json.js';
import { isEnded } from '../../model/lifecycle.js';
import { newState } from '../../state/instance-state.js';
import { fromSnapshot, toSnapshot } from '../../state/snapshot.js';
import type { VirtualShell } from '../virtual-shell.js';
import type { Invariants } from './invariant.js';

/** Whatever the order of their keys. */
const isSame = (a: JsonObject, b: JsonObject): boolean =>
  JSON.stringify(a) === JSON.stringify(b) || canonicalJson(a as Json) === canonicalJson(b as Json);
/** Told the same at the same times, it decides the same. */
function decidedAgain(shell: VirtualShell): string[] {
  const { plan, id, told } = shell;
  const state = newState(id);
  const other: string[] = [];
  for (const { message, decision, ...then } of told) {
    const again = decide(plan, state, message, shell.context(then));
    if (JSON.stringify(again) !== JSON.stringify(decision)) other.push(JSON.stringify(message));
    if (decision.accepted) for (const event of decision.events) apply(plan, state, event);
  }
  return other;
}

export const ofTheLog: Invariants = {
  'numbers the log 1..n without a gap': ({ history }) => history.filter(({ seq }, index) => seq !== index + 1),

  'rebuilds the state from the log alone, and from its snapshot': ({ plan, id, state: now }) => ({
    findings: (state) => {
      const snapshot = toSnapshot(now);
      const back = fromSnapshot(plan, id, JSON.parse(JSON.stringify(snapshot)) as JsonObject);
      return [state, back].map(toSnapshot).filter((other) => !isSame(other, snapshot));
    },
  }),

  'decides alike when it is told the same again': decidedAgain,

  'ends with nothing open': ({ state }) =>
    isEnded(state.status) ? [...state.open.keys()] : [state.status, ...state.open.keys()],
};

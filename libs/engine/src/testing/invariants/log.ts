import { apply, replay } from '../../apply/apply.js';
import { decide } from '../../decide/decide.js';
import { canonicalJson } from '../../json/canonical.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { Json, JsonObject } from '../../model/json.js';
import { instanceLifecycle, isEnded, stepLifecycle } from '../../model/lifecycle.js';
import { newState } from '../../state/instance-state.js';
import { fromSnapshot, toSnapshot } from '../../state/snapshot.js';
import { isUndoPath, undonePathOf } from '../../state/undo-run.js';
import { type Invariants, isOf, walk } from './invariant.js';

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
/** What some event may reopen an ended instance by. */
const reopens = ['instanceRetried', 'instanceCompensating'] as const;

export const ofTheLog: Invariants = {
  'numbers the log 1..n without a gap': ({ history }) => {
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
  },

  'rebuilds the state from the log alone, and from its snapshot': ({ state, history, id, plan }) => {
    const now = canonicalJson(toSnapshot(state) as Json);
    expect(canonicalJson(toSnapshot(replay(plan, id, copy(history))) as Json)).toBe(now);
    const back = fromSnapshot(plan, id, copy(toSnapshot(state)) as JsonObject);
    expect(canonicalJson(toSnapshot(back) as Json)).toBe(now);
  },

  'decides alike when it is told the same again': (shell) => {
    const { plan, id, told, history } = shell;
    const state = newState(id);
    const events: AuditEvent[] = [];
    for (const { message, decision, ...then } of told) {
      const again = decide(plan, state, message, shell.context(then));
      if (!again.accepted) expect(again).toEqual(decision);
      else for (const event of again.events) apply(plan, state, event);
      if (again.accepted) events.push(...again.events);
    }
    expect(JSON.stringify(events)).toBe(JSON.stringify(history));
  },

  'follows both lifecycles': (shell) => {
    const steps = new Map<string, string>();
    let status: string = 'pending';
    walk(
      shell,
      () => undefined,
      (event, state) => {
        if (state.status !== status) expect(instanceLifecycle[status as keyof typeof instanceLifecycle]).toContain(state.status);
        status = state.status;
        if (isOf(event, 'instanceStartedAgain')) steps.clear();
        const path = event.path !== undefined && isUndoPath(event.path) ? undonePathOf(event.path) : event.path;
        const isForgotten = isOf(event, 'childCompensating') && !steps.has(event.path!);
        if (isForgotten) return; // its list has ended and is no longer known
        const touched = isOf(event, 'instanceRetried') ? [...steps.keys()] : path === undefined ? [] : [path, event.path!];
        for (const one of touched) {
          const own = state.steps.get(one);
          const from = steps.get(one) ?? 'pending';
          if (own === undefined) steps.delete(one);
          else if (from !== own.status) expect(stepLifecycle[from as keyof typeof stepLifecycle]).toContain(own.status);
          if (own !== undefined) steps.set(one, own.status);
        }
      },
    );
  },

  'changes nothing after the end, but by a new generation or by undoing the whole': (shell) => {
    walk(shell, (event, state) => {
      if (!isEnded(state.status)) return;
      expect(reopens).toContain(event.type);
      if (isOf(event, 'instanceRetried')) expect(event.generation).toBe(state.generation + 1);
    });
  },

  'ends with nothing open': ({ state }) => {
    expect([state.status, isEnded(state.status), [...state.open.keys()]]).toEqual([state.status, true, []]);
  },
};

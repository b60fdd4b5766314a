import { LogJudge } from '../../judge/log-judge.js';
import { isOf, type Watch as LogWatch } from '../../judge/log-rule.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { VirtualShell } from '../virtual-shell.js';

/** What breaks a promise; [] = it is kept. */
export type Findings = readonly unknown[];

/** Looks at a history while it is replayed. */
export interface Watch extends LogWatch {
  /** At the end. */
  readonly findings: (state: InstanceState) => Findings;
}

/** What must hold of an instance once all is over, by what is promised. */
export type Invariants = Record<string, (shell: VirtualShell) => Findings | Watch>;

/** Replays the log of an instance, as it is stored, once for all. @returns findings by the promise they break */
export function judge(shell: VirtualShell, invariants: Invariants): Map<string, Findings> {
  const found = new Map<string, Findings>();
  const watches: [string, Watch][] = [];
  for (const [name, look] of Object.entries(invariants)) {
    const looked = look(shell);
    if ('findings' in looked) watches.push([name, looked]);
    else found.set(name, looked);
  }
  const log = new LogJudge(shell.plan, shell.id);
  for (const event of JSON.parse(JSON.stringify(shell.history)) as AuditEvent[]) {
    for (const [, { before }] of watches) before?.(event, log.state);
    log.take(event);
    for (const [, { after }] of watches) after?.(event, log.state);
  }
  for (const [name, { findings }] of watches) found.set(name, findings(log.state));
  for (const [rule, breaches] of Map.groupBy(log.breaches, ({ rule }) => rule)) found.set(rule, breaches);
  return found;
}

export { isOf };

/** Those that are there before. */
export function twice(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

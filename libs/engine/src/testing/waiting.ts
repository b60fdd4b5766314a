import { compile } from '../compile/compile.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Decision } from '../model/message.js';
import type { Plan } from '../model/plan.js';
import { VirtualShell } from './virtual-shell.js';

export const planOf = (steps: JsonObject[], more: JsonObject = {}): Plan => {
  const { plan, problems } = compile({ name: 'test', version: '1.0.0', steps, ...more });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
};

export const started = (steps: JsonObject[], more: JsonObject = {}, input: JsonObject = {}): VirtualShell => {
  const shell = new VirtualShell(planOf(steps, more));
  shell.start(input);
  return shell;
};

/** An event as a door stored it, now unless told otherwise. */
export function send(
  shell: VirtualShell,
  id: string,
  name: string,
  payload: Json = null,
  { key, path, at = shell.nowMs }: { key?: string; path?: string; at?: number } = {},
): Decision {
  const event = { id, name, payload, at, ...(key !== undefined && { key }) };
  return shell.tell({ type: 'event', event, ...(path !== undefined && { path }) });
}

/** Types of all that was decided, without the start. */
export const typesOf = (shell: VirtualShell): string[] => shell.history.slice(1).map(({ type }) => type);

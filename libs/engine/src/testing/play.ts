import { compile } from '../compile/compile.js';
import { stepCommand } from '../effects/step-command.js';
import type { Json } from '../model/json.js';
import { isEnded } from '../model/lifecycle.js';
import type { Plan } from '../model/plan.js';
import { VirtualShell } from './virtual-shell.js';

/** What a virtual worker answers: an output, or a failure by its code. Never: the attempt stays open. */
export type Answer = { readonly output: Json } | { readonly code: string; readonly retryable?: boolean } | 'never';
export type Worker = (path: string, input: Json, task: string) => Answer;

/** Every task returns its input. */
export const echo: Worker = (_path, input) => ({ output: input });

export function planOf(definition: object): Plan {
  const { plan, problems } = compile({ name: 'test', version: '1.0.0', ...definition });
  if (plan === undefined) throw new Error(JSON.stringify(problems, null, 1));
  return plan;
}

/** Runs a definition to its end (or until nothing moves it) in virtual time, commands answered in the order they were sent. */
export function play(definition: object, { input = {}, worker = echo }: { input?: Json; worker?: Worker } = {}): VirtualShell {
  const shell = new VirtualShell(planOf(definition));
  shell.start(input);
  drive(shell, worker);
  return shell;
}

export function drive(shell: VirtualShell, worker: Worker = echo): void {
  const answered = new Set<number>();
  for (let round = 0; round < 200_000 && !isEnded(shell.state.status); round += 1) {
    const command = shell.commands.find(({ token }) => !answered.has(token));
    if (command === undefined) {
      if (!shell.passTime()) return;
      continue;
    }
    answered.add(command.token);
    shell.commands.splice(shell.commands.indexOf(command), 1);
    if (shell.state.step(command.path).token !== command.token) continue;
    const { input, task } = stepCommand(shell.plan, shell.state, command.path);
    const answer = worker(command.path, input, task);
    if (answer === 'never') continue;
    if ('output' in answer) shell.complete(command, answer.output);
    else shell.fail(command, answer.code, answer.retryable ?? false);
  }
}

/** Types and paths of a history, in order: `stepCompleted a/b`. */
export const story = (shell: VirtualShell): string[] =>
  shell.history.map(({ type, path }) => (path === undefined ? type : `${type} ${path}`));

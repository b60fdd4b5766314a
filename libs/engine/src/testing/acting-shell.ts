import { compile } from '../compile/compile.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Decision } from '../model/message.js';
import type { Plan } from '../model/plan.js';
import { VirtualShell } from './virtual-shell.js';

export function planOf(steps: JsonObject[], more: JsonObject = {}): Plan {
  const { plan, problems } = compile({ name: 'test', version: '1.0.0', steps, ...more });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
}

/** A virtual shell whose open commands are answered by path. */
export class ActingShell extends VirtualShell {
  static started(steps: JsonObject[], more: JsonObject = {}, input: JsonObject = {}): ActingShell {
    const shell = new ActingShell(planOf(steps, more));
    shell.start(input);
    return shell;
  }

  /** The open command of a step goes well. */
  done(path: string, output: Json = null): Decision {
    return this.complete(this.commandOf(path), output);
  }

  /** It fails, and the policy shall not help. */
  broken(path: string, code = 'BOOM'): Decision {
    return this.fail(this.commandOf(path), code, false);
  }

  status(path: string): string {
    return this.state.step(path).status;
  }

  /** Paths of all commands sent so far. */
  get ran(): string[] {
    return this.commands.map(({ path }) => path);
  }

  /** Types of the events since the n-th. */
  typesSince(count: number): string[] {
    return this.history.slice(count).map(({ type }) => type);
  }

  private commandOf(path: string) {
    const command = this.openCommands().find((open) => open.path === path);
    if (command === undefined) throw new Error(`no open command of ${path}`);
    return command;
  }
}

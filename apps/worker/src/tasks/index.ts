import type { EgressPolicy } from '#libs/platform';
import type { TaskContract, TaskRegistry } from '#libs/worker-sdk';
import { echoContract, registerEcho } from './echo.js';
import { httpContract } from './http/contract.js';
import { registerHttp } from './http/http.js';
import { scriptContract } from './script/contract.js';
import { registerScript } from './script/script.js';
import { registerSimulate, simulateContract } from './simulate.js';

/** Contracts of the tasks every worker of ours serves. */
export const builtInContracts: readonly TaskContract[] = [
  echoContract,
  simulateContract,
  httpContract,
  scriptContract,
] as TaskContract[];

export function registerBuiltIns(tasks: TaskRegistry, egress: EgressPolicy): void {
  registerEcho(tasks);
  registerSimulate(tasks);
  registerHttp(tasks, egress);
  registerScript(tasks);
}

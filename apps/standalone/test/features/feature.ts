import type { OrquestraClient } from '#libs/client';
import { ApiProblem } from '#libs/client';
import type { AuditEventItem, Instance, StartRequest, Step, WaitingFor } from '#libs/contracts';
import { type CountingServer, until } from '#libs/testing';

/** What a feature is tried on. */
export interface World {
  readonly client: OrquestraClient;
  /** What `http` steps call. */
  readonly outside: CountingServer;
  /** The message broker, where the target has one. */
  readonly amqpUrl: string | undefined;
}

/** One thing the language can do, tried through REST. */
export type Feature = readonly [behaviour: string, run: (world: World) => Promise<void>];

const patienceMs = 60_000;
let definitions = 0;

/** Registers it under a name of its own. @returns the name */
export async function register({ client }: World, document: object): Promise<string> {
  const name = `feature.n${++definitions}`;
  await client.registerDefinition({ document: { name, version: '1.0.0', ...document } });
  return name;
}

/** Registers and starts. @returns the id of the instance */
export async function begin(world: World, document: object, start: Partial<StartRequest> = {}): Promise<string> {
  const definition = await register(world, document);
  return (await world.client.startInstance({ definition, ...start })).id;
}

export async function ended({ client }: World, id: string): Promise<Instance> {
  try {
    return await client.waitForInstance(id, { timeoutMs: patienceMs });
  } catch (cause) {
    const { status, waitingFor } = await client.getInstance(id);
    throw new Error(`expected ${id} to end, but it is ${status}, waiting for ${JSON.stringify(waitingFor)}`, { cause });
  }
}

/** Registers, starts, and waits for the end. */
export const run = async (world: World, document: object, start: Partial<StartRequest> = {}): Promise<Instance> =>
  ended(world, await begin(world, document, start));

/** Asks again, ever more rarely, for many features ask side by side. @returns the first answer there is, or undefined */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  let pauseMs = 50;
  return until(async () => {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(300, pauseMs * 2);
    return undefined;
  }, patienceMs);
}

/** Asks again until the instance is as wanted. */
export async function whenever({ client }: World, id: string, isSo: (instance: Instance) => boolean): Promise<Instance> {
  let seen: Instance | undefined;
  const found = await eventually(async () => {
    seen = await client.getInstance(id);
    return isSo(seen) ? seen : undefined;
  });
  if (found) return found;
  throw new Error(`expected something else of ${id}, which is ${seen?.status}, waiting for ${JSON.stringify(seen?.waitingFor)}`);
}

/** When the step is open for this reason. */
export async function waits(world: World, id: string, path: string, reason: WaitingFor['reason']): Promise<WaitingFor> {
  const fits = (each: WaitingFor): boolean => each.path === path && each.reason === reason;
  const { waitingFor } = await whenever(world, id, (instance) => instance.waitingFor.some(fits));
  return waitingFor.find(fits) as WaitingFor;
}

export async function step({ client }: World, id: string, path: string): Promise<Step> {
  const found = (await client.steps(id, { under: path, withData: true })).find((each) => each.path === path);
  if (found === undefined) throw new Error(`expected step ${path} in ${id}, but there is none`);
  return found;
}

export async function history({ client }: World, id: string, type?: string): Promise<AuditEventItem[]> {
  const events: AuditEventItem[] = [];
  for await (const event of client.history(id)) if (type === undefined || event.type === type) events.push(event);
  return events;
}

/** What the call was refused with: `409 ASK_CLOSED`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const answer = await call.catch((error: unknown) => error);
  if (answer instanceof ApiProblem) return `${answer.status} ${answer.code}`;
  throw new Error(`expected a refusal, but got ${JSON.stringify(answer)}`);
}

/** The items of a list that a page at a time is read of. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** The first child of an instance, as soon as it is there: its parent names it when it asks for it. */
export async function childOf(world: World, id: string): Promise<string> {
  const { children } = await whenever(world, id, (instance) => instance.children.length > 0);
  const child = children[0]?.instance as string;
  const found = await eventually(() => world.client.getInstance(child).catch(() => undefined));
  if (found === undefined) throw new Error(`expected child ${child} of ${id}, but there is no such instance`);
  return child;
}

// steps that occur again and again

export const echo = (id: string, input: unknown, rest: object = {}): object => ({ id, task: 'echo', input, ...rest });
export const slow = (id: string, durationMs = 60_000, rest: object = {}): object => ({
  id,
  task: 'simulate',
  input: { durationMs, output: id },
  ...rest,
});
export const failing = (id: string, code = 'BOOM', rest: object = {}): object => ({
  id,
  task: 'simulate',
  input: { failTimes: 1_000, failWith: { code, message: 'on purpose', retryable: false } },
  ...rest,
});

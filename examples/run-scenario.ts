import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LiveConnection, OrquestraClient } from '#libs/client';
import type { AuditEventItem, Instance, LiveInstance } from '#libs/contracts';
import { isEnded } from '#libs/engine';
import { exampleDefinitions } from './index.js';
import { differences } from './judge.js';
import type { Act, Example, Scenario } from './scenarios.js';

export interface ScenarioOutcome {
  readonly instance: Instance;
  /** What was other than expected, in words; [] = nothing. */
  readonly differences: readonly string[];
}

export interface ScenarioOptions {
  readonly signal?: AbortSignal;
  /** Told of each audit event of the instance, in order. */
  readonly onEvent?: (event: AuditEventItem) => void;
  /** Told of what is done in the part of people and systems. */
  readonly onAct?: (act: Act) => void;
}

const noTimeOut = new AbortController().signal;

/** Registers what the example needs: changes nothing where it is there already. */
export async function registerExample(client: OrquestraClient, { name, uses = [] }: Example): Promise<void> {
  const wanted = new Set([...uses, name].map((each) => `${each}.workflow.yaml`));
  for (const path of exampleDefinitions().filter((file) => wanted.has(basename(file))))
    await client.registerDefinition({ text: await readFile(path, 'utf8'), format: 'yaml' });
}

/** Starts an instance, follows it live, plays the part of the people and systems it waits for, and compares how it ended. */
export async function runScenario(
  client: OrquestraClient,
  { name }: Example,
  { input, acts = [], expected }: Scenario,
  { signal = noTimeOut, onEvent = () => undefined, onAct = () => undefined }: ScenarioOptions = {},
): Promise<ScenarioOutcome> {
  const { id } = await client.startInstance({ definition: `examples.${name}`, input });
  const live = client.live();
  try {
    const history: AuditEventItem[] = [];
    for await (const event of eventsOf(live, id, signal)) {
      history.push(event);
      onEvent(event);
      if (event.type === 'askOpened' || event.type === 'eventAwaited')
        for (const act of acts.filter(({ at }) => at === event.path)) {
          onAct(act);
          await perform(client, id, act);
        }
    }
    const instance = await client.waitForInstance(id, { timeoutMs: 10_000, signal });
    return { instance, differences: differences(expected, { ...instance, history }) };
  } finally {
    live.close();
  }
}

/** The audit events of an instance until it has ended. */
async function* eventsOf(live: LiveConnection, id: string, signal: AbortSignal): AsyncIterable<AuditEventItem> {
  let head: LiveInstance | undefined;
  for await (const message of live.subscribe({ subscribe: 'instance', id }, { signal })) {
    if (message.topic !== 'instance') continue;
    yield* message.events;
    head = message.head ?? head;
    if (head !== undefined && isEnded(head.status) && message.seq >= head.seq) return;
  }
  signal.throwIfAborted();
}

async function perform(client: OrquestraClient, id: string, act: Act): Promise<void> {
  if ('event' in act) await client.sendEvent(act.event);
  else await client.answerAsk(id, act.at, act.answer);
}

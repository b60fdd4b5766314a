// Keeps histories and messages of this version as files, for every later one to replay and to understand: part of making a release.
// `node scripts/keep-release.mjs` after a build; a release that is kept is never written again. `libs/*/testdata` is what it writes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { toSnapshot } from '../dist/libs/engine/src/index.js';
import { arbitraryMoves, doIt } from '../dist/libs/engine/src/testing/chaos-deeds.js';
import { ChaosWorld } from '../dist/libs/engine/src/testing/chaos-world.js';
import { arbitraryDefinitions } from '../dist/libs/engine/src/testing/random-definition.js';
import { channels } from '../dist/libs/contracts/src/asyncapi/channels.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const seed = 20_261_122;
const worlds = 4_000;
/** Longer ones tell nothing that shorter ones do not. */
const eventsAtMost = 150;

/** What a history shows that another may not: kinds of events with the members they have, kinds of steps, how it stands at the end. */
function featuresOf({ definition, events, state }) {
  const features = new Set([`ends ${state.status}`, `generation ${Math.min(3, state.generation)}`]);
  for (const { type, path = '', data } of events) {
    features.add(`${type} ${Object.keys(data).sort().join(' ')}`);
    if (/~undo|finally|body/.test(path)) features.add(`${type} in ${/~undo|finally|body/.exec(path)[0]}`);
  }
  JSON.stringify(definition, (key, value) => {
    if (key === 'type' && typeof value === 'string') features.add(`step ${value}`);
    return value;
  });
  return features;
}

/** Random definitions and courses, the same at every call. */
function histories() {
  const found = [];
  const courses = fc.tuple(arbitraryDefinitions, arbitraryMoves, fc.constantFrom(1, Infinity), fc.boolean());
  for (const [definitions, moves, room, isDone] of fc.sample(courses, { numRuns: worlds, seed })) {
    const world = new ChaosWorld(definitions, { room });
    world.start('main', { a: 1 });
    for (const move of moves) doIt(world, move);
    if (isDone) world.comeToRest();
    for (const { id, plan, history, state } of world.shells)
      if (history.length <= eventsAtMost)
        found.push({
          id,
          definition: { name: plan.name, version: plan.version, ...definitions[plan.name] },
          events: history,
          state: toSnapshot(state),
        });
  }
  return found.sort((a, b) => a.events.length - b.events.length);
}

/** The shortest that together show everything. */
function chosen(all) {
  const seen = new Set();
  return all.filter((one) => {
    const features = featuresOf(one);
    const isNew = [...features].some((feature) => !seen.has(feature));
    for (const feature of features) seen.add(feature);
    return isNew;
  });
}

const messages = channels.flatMap((channel) =>
  channel.messages.map(({ id, example, exampleHeaders }) => ({
    channel: channel.id,
    message: id,
    payload: example,
    ...(exampleHeaders && { headers: exampleHeaders }),
  })),
);

function keep(file, items) {
  if (existsSync(file)) return console.log(`${file} is kept already`);
  mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true });
  writeFileSync(file, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  console.log(`${file}: ${items.length} kept`);
}

keep(`libs/engine/testdata/histories/${version}.jsonl`, chosen(histories()));
keep(`libs/contracts/testdata/messages/${version}.jsonl`, messages);

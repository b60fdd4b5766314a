import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadExtensions } from './load-extensions.js';
import { transportFor } from './transport-for.js';

const folder = mkdtempSync(join(tmpdir(), 'orquestra-extensions-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const file = (source: string): string => {
  const path = join(folder, `${(count += 1)}.mjs`);
  writeFileSync(path, source);
  return path;
};
const trigger = `{ name: 't', start() {}, stop() {} }`;

describe('loadExtensions', () => {
  it('loads what a file exports by default', async () => {
    const [extension] = await loadExtensions([file(`export default { name: 'bell', triggers: [${trigger}] }`)]);
    expect(extension).toMatchObject({ name: 'bell', triggers: [{ name: 't' }] });
  });

  it.each([
    ['is not there', undefined, 'it could not be loaded'],
    ['does not parse', 'export default {', 'it could not be loaded'],
    ['throws', `throw new Error('no SQL_URL')`, 'it could not be loaded: no SQL_URL'],
    ['exports nothing', 'export const x = 1', 'its default export: '],
    ['has no name', 'export default {}', '`name` of its default export'],
    ['has a part nobody knows', `export default { name: 'x', trigers: [] }`, 'Unrecognized key: "trigers"'],
    [
      'has a trigger that cannot be stopped',
      `export default { name: 'x', triggers: [{ name: 't', start() {} }] }`,
      '`triggers.0.stop`',
    ],
    [
      'has a schema that does not compile',
      `export default { name: 'x', tasks: [{ name: 'a.b', run() {}, input: { type: 'strng' } }] }`,
      'the schemas of task "a.b"',
    ],
  ])('refuses one that %s, with the reason', async (_, source, reason) => {
    const path = source === undefined ? join(folder, 'nobody.mjs') : file(source);
    const refusal = loadExtensions([path]);
    await expect(refusal).rejects.toMatchObject({ code: 'EXTENSION_INVALID' });
    await expect(refusal).rejects.toThrow(path);
    await expect(refusal).rejects.toThrow(reason);
  });

  it('refuses the same name twice', async () => {
    const twice = ['a', 'b'].map((name) => file(`export default { name: '${name}', triggers: [${trigger}] }`));
    await expect(loadExtensions(twice)).rejects.toThrow('expected each trigger of the extensions once, but "t" is there twice');
  });
});

describe('transportFor', () => {
  const limits = { profile: 'durable', publishWindow: 7, queueBytes: 1_024 } as const;
  const own = { name: 'own', transport: { name: 'own', create: () => ({ kind: 'own' }) as never } };

  it('takes the one that is named, else RabbitMQ, else that of the process', () => {
    expect(transportFor({ ...limits, transport: 'own', amqpUrl: 'amqp://x' }, [own])).toMatchObject({ kind: 'extension' });
    expect(transportFor({ ...limits, amqpUrl: 'amqp://x' }, [own])).toMatchObject({
      kind: 'amqp',
      url: 'amqp://x',
      maxOutstanding: 7,
    });
    expect(transportFor(limits, [own])).toEqual({ kind: 'memory', maxQueueBytes: 1_024 });
  });

  it('refuses one that no extension brings', () => {
    expect(() => transportFor({ ...limits, transport: 'owm' }, [own])).toThrow('(loaded: own), but was "owm"');
  });
});

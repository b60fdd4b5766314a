import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiProblem, type OrquestraClient } from '#libs/client';
import { registerExamples } from './examples.js';

type Register = OrquestraClient['registerDefinition'];
const folder = mkdtempSync(join(tmpdir(), 'orquestra-examples-'));
const files = ['a', 'b'].map((name) => join(folder, `${name}.workflow.yaml`));
for (const file of files) writeFileSync(file, `name: ${file}`);
afterAll(() => rmSync(folder, { recursive: true }));

const refusal = new ApiProblem({
  type: 't',
  title: 'Conflict',
  status: 409,
  detail: 'version exists',
  code: 'VERSION_EXISTS',
  errors: [],
  traceId: 'x',
});

describe('registerExamples', () => {
  it('sends every file as YAML', async () => {
    const sent: unknown[] = [];
    const registerDefinition = (async (source: unknown) => void sent.push(source)) as unknown as Register;
    expect(await registerExamples({ registerDefinition }, files)).toEqual({
      registered: ['a.workflow.yaml', 'b.workflow.yaml'],
      refused: [],
    });
    expect(sent).toHaveLength(2);
    expect(sent).toEqual(expect.arrayContaining(files.map((file) => ({ text: `name: ${file}`, format: 'yaml' }))));
  });

  it('goes on when one is refused, and says why', async () => {
    const registerDefinition = (async ({ text }: { text: string }) => {
      if (text.includes(files[0]!)) throw refusal;
    }) as unknown as Register;
    expect(await registerExamples({ registerDefinition }, files)).toEqual({
      registered: ['b.workflow.yaml'],
      refused: [{ file: 'a.workflow.yaml', reason: 'version exists' }],
    });
  });

  it('does not hide anything else that goes wrong', async () => {
    const registerDefinition = (() => Promise.reject(new Error('broken'))) as unknown as Register;
    await expect(registerExamples({ registerDefinition }, files)).rejects.toThrow('broken');
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { convert, definitionName, type ConvertedDefinition } from './convert.js';
import { dataflowHash } from './dataflow-hash.js';
import { generateRecording } from './generate.js';
import { readRecording, type WfRecording } from './wf-format.js';

/** A recording ready to run, with the hash its run must come to. */
export interface PreparedRecording {
  readonly file: string;
  readonly recording: WfRecording;
  readonly definition: ConvertedDefinition;
  readonly expectedHash: string;
  /** `recorded`: written down beside the file; `computed`: worked out here. */
  readonly hashFrom: 'recorded' | 'computed';
}

/** Folder with recordings of the public collection: `ORQUESTRA_WFCOMMONS_DIR`, else `../shared/data/wfcommons`. undefined: not there. */
export function recordingsFolder(root: string = process.cwd()): string | undefined {
  const folder = process.env['ORQUESTRA_WFCOMMONS_DIR'] ?? join(root, '../shared/data/wfcommons');
  return existsSync(join(folder, 'expected.json')) ? folder : undefined;
}

/** All recordings of a folder; without one, a single generated recording. */
export function prepareAll(folder: string | undefined): PreparedRecording[] {
  if (folder === undefined) return [prepare('generated.json', generateRecording({ seed: 7 }))];
  const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'expected.json');
  return files.sort().map((file) => prepareFile(join(folder, file)));
}

export function prepareFile(path: string): PreparedRecording {
  const expectedPath = join(path, '../expected.json');
  const expected: Record<string, { dataflowHash?: string }> = existsSync(expectedPath)
    ? JSON.parse(readFileSync(expectedPath, 'utf8'))
    : {};
  return prepare(basename(path), JSON.parse(readFileSync(path, 'utf8')), expected[basename(path)]?.dataflowHash);
}

function prepare(file: string, document: unknown, recordedHash?: string): PreparedRecording {
  const recording = readRecording(document);
  return {
    file,
    recording,
    definition: convert(recording, { name: definitionName(file) }),
    expectedHash: recordedHash ?? dataflowHash(recording),
    hashFrom: recordedHash === undefined ? 'computed' : 'recorded',
  };
}

// Compares docs/contracts with those of the last release (docs/contracts/baseline); `node scripts/contracts.mjs release` makes the present
// ones the baseline of the next. Needs a build, and the generated pages up to date.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { compareContracts } from '../dist/libs/contracts/src/compatibility/compare-contracts.js';

const folder = 'docs/contracts';
const names = ['openapi', 'asyncapi'];
const acceptedFile = `${folder}/accepted-breaks.json`;
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const contractsIn = (from) => Object.fromEntries(names.map((name) => [name, read(`${from}/${name}.json`)]));

function release() {
  for (const name of names) copyFileSync(`${folder}/${name}.json`, `${folder}/baseline/${name}.json`);
  writeFileSync(acceptedFile, '[]\n');
  console.log(`${folder}/baseline is what ${folder} is now; commit it with the release`);
  return 0;
}

function check() {
  const { breaks, idle } = compareContracts(contractsIn(`${folder}/baseline`), contractsIn(folder), read(acceptedFile));
  for (const { rule, where, text } of breaks) console.log(`${where}: ${text} (${rule})`);
  for (const { where } of idle)
    console.log(`${acceptedFile}: "${[where].flat()[0]}" is accepted, and nothing there is broken: delete it`);
  if (breaks.length > 0)
    console.log(
      `${breaks.length} breaking changes since the last release. Make them additions, or, if they are meant, write where and why to ${acceptedFile}.`,
    );
  return breaks.length + idle.length === 0 ? 0 : 1;
}

process.exitCode = process.argv[2] === 'release' ? release() : check();

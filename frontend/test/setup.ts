import '../src/localize';
import { deserialize, serialize } from 'node:v8';
import { setupZonelessTestEnv } from 'jest-preset-angular/setup-env/zoneless/index.mjs';

// Every browser has it, jsdom does not hand it through; the graph's layout needs it.
globalThis.structuredClone ??= ((value: unknown) => deserialize(serialize(value))) as typeof structuredClone;

setupZonelessTestEnv();

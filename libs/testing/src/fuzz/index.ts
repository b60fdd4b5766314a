export { fuzzRuns, fuzzSeedWords, seedWords, steadySeed } from './fuzz-runs.js';
export { editedForm, hostileJson, hostileText, hostileTexts, isPolluted } from './hostile.js';
export { editedText, mutated } from './mutated-json.js';
export { type Acquaintances, type ContractSchema, schemaValues } from './schema-values.js';

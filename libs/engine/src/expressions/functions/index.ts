import { collectionFunctions } from './collections.js';
import { conversionFunctions } from './conversions.js';
import type { ExpressionFunction } from './registry.js';
import { textFunctions } from './text.js';
import { timeFunctions } from './time.js';

/** Every function of the language by name. */
export const functions: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries({ ...collectionFunctions, ...conversionFunctions, ...textFunctions, ...timeFunctions }),
);

/** JSON as the language knows it: no U+0000, no lone surrogates, finite numbers, integers within ±(2^53 − 1). */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

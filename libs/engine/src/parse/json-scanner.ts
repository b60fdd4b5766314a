import { MAX_JSON_DEPTH, pointer } from '../json/bounds.js';
import { Lines } from './lines.js';
import type { Position } from './parsed-definition.js';

export interface DuplicateKey {
  /** JSON Pointer of the member. */
  readonly path: string;
  readonly key: string;
  /** Offset of the second key. */
  readonly at: number;
}

/** A container that the scan is inside of. */
interface Level {
  readonly path: string;
  /** Keys so far; undefined for a list. */
  readonly keys: Set<string> | undefined;
  index: number;
  /** Key of the member that is being read. */
  key: string;
}

/** Finds places in JSON text that `JSON.parse` has accepted: what it does not tell. */
export class JsonScanner {
  private readonly lines: Lines;
  private places: ReadonlyMap<string, number> | undefined;

  constructor(private readonly text: string) {
    this.lines = new Lines(text);
  }

  /** Keys that occur again in the same object. */
  duplicates(): DuplicateKey[] {
    const found: DuplicateKey[] = [];
    this.scan((level, key, at) => {
      if (level.keys?.has(key)) found.push({ path: pointer(level.path, key), key, at });
      level.keys?.add(key);
    });
    return found;
  }

  /** Position of the key of a member or of an item of a list; of the nearest parent when the pointer leads nowhere. */
  locate(path: string): Position {
    this.places ??= this.allPlaces();
    for (let here = path; here !== ''; here = here.slice(0, Math.max(0, here.lastIndexOf('/')))) {
      const at = this.places.get(here);
      if (at !== undefined) return this.position(at);
    }
    return this.position(this.skipBlank(0));
  }

  position(at: number): Position {
    return this.lines.position(at);
  }

  /** Of each value by its JSON Pointer. */
  private allPlaces(): Map<string, number> {
    const places = new Map<string, number>();
    this.scan((level, key, at) => places.set(pointer(level.path, key), at));
    return places;
  }

  /** Calls back for each member (with its key) and each item (with its index), with the offset at which it begins. */
  private scan(visit: (level: Level, key: string, at: number) => void): void {
    const stack: Level[] = [];
    let expectsKey = false;
    for (let at = this.skipBlank(0); at < this.text.length; at = this.skipBlank(at)) {
      const character = this.text[at] as string;
      const level = stack.at(-1);
      if (level && isValueStart(character) && level.keys === undefined) visit(level, String(level.index), at);
      if (character === '{' || character === '[') {
        if (stack.length > MAX_JSON_DEPTH) return; // refused for its depth; paths would grow without end
        const path = level ? pointer(level.path, level.keys ? level.key : level.index) : '';
        stack.push({ path, keys: character === '{' ? new Set() : undefined, index: 0, key: '' });
        expectsKey = character === '{';
        at += 1;
      } else if (character === '}' || character === ']') {
        stack.pop();
        expectsKey = false;
        at += 1;
      } else if (character === ',') {
        if (level) level.index += 1;
        expectsKey = level?.keys !== undefined;
        at += 1;
      } else if (character === '"') {
        const end = this.endOfText(at);
        if (expectsKey && level) {
          level.key = JSON.parse(this.text.slice(at, end)) as string;
          visit(level, level.key, at);
          expectsKey = false;
        }
        at = end;
      } else at += character === ':' ? 1 : this.lengthOfScalar(at);
    }
  }

  private endOfText(at: number): number {
    let end = at + 1;
    while (this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    return end + 1;
  }

  private lengthOfScalar(at: number): number {
    const match = /[^\s,:[\]{}"]+/y;
    match.lastIndex = at;
    return match.exec(this.text)?.[0].length ?? 1;
  }

  private skipBlank(at: number): number {
    let next = at;
    while (/\s/.test(this.text[next] ?? 'x')) next += 1;
    return next;
  }
}

const isValueStart = (character: string): boolean => !',:]}'.includes(character);

import { MAX_JSON_DEPTH, pointer } from '../json/bounds.js';
import { Lines } from './lines.js';
import { pointerSegments, type Position } from './parsed-definition.js';

export interface DuplicateKey {
  /** JSON Pointer of the member. */
  readonly path: string;
  readonly key: string;
  /** Offset of the second key. */
  readonly at: number;
}

/** Of a value in the text: where it (or its key) begins, and what is in it. */
interface Place {
  readonly at: number;
  members?: Map<string, Place>;
}

/** A container that the scan is inside of. */
interface Level {
  readonly path: string;
  readonly isObject: boolean;
  /** By key, or index as text: names may be as long as the document, so that no map is of whole paths. */
  readonly members: Map<string, Place>;
  index: number;
  /** Key of the member that is being read. */
  key: string;
}

interface Scanned {
  readonly root: Place;
  readonly duplicates: readonly DuplicateKey[];
}

/** Finds places in JSON text that `JSON.parse` has accepted: what it does not tell. */
export class JsonScanner {
  private readonly lines: Lines;
  private scanned: Scanned | undefined;

  constructor(private readonly text: string) {
    this.lines = new Lines(text);
  }

  /** Keys that occur again in the same object. */
  duplicates(): readonly DuplicateKey[] {
    return (this.scanned ??= this.scan()).duplicates;
  }

  /** Position of the key of a member or of an item of a list; of the nearest parent when the pointer leads nowhere. */
  locate(path: string): Position {
    let place = (this.scanned ??= this.scan()).root;
    for (const segment of pointerSegments(path)) {
      const member = place.members?.get(segment);
      if (member === undefined) break;
      place = member;
    }
    return this.position(place.at);
  }

  position(at: number): Position {
    return this.lines.position(at);
  }

  /** Each member (with its key) and each item (with its index), with the offset at which it begins. */
  private scan(): Scanned {
    const root: Place = { at: this.skipBlank(0) };
    const duplicates: DuplicateKey[] = [];
    const stack: Level[] = [];
    let expectsKey = false;
    for (let at = root.at; at < this.text.length; at = this.skipBlank(at)) {
      const character = this.text[at] as string;
      const level = stack.at(-1);
      if (level && isValueStart(character) && !level.isObject) level.members.set(String(level.index), { at });
      if (character === '{' || character === '[') {
        if (stack.length > MAX_JSON_DEPTH) break; // refused for its depth; paths would grow without end
        const name = level && (level.isObject ? level.key : String(level.index));
        const place = level ? level.members.get(name!)! : root;
        const members = (place.members = new Map<string, Place>());
        const path = level ? pointer(level.path, name!) : '';
        stack.push({ path, isObject: character === '{', members, index: 0, key: '' });
        expectsKey = character === '{';
        at += 1;
      } else if (character === '}' || character === ']') {
        stack.pop();
        expectsKey = false;
        at += 1;
      } else if (character === ',') {
        if (level) level.index += 1;
        expectsKey = level?.isObject === true;
        at += 1;
      } else if (character === '"') {
        const end = this.endOfText(at);
        if (expectsKey && level) {
          const key = (level.key = JSON.parse(this.text.slice(at, end)) as string);
          if (level.members.has(key)) duplicates.push({ path: pointer(level.path, key), key, at });
          level.members.set(key, { at });
          expectsKey = false;
        }
        at = end;
      } else at += character === ':' ? 1 : this.lengthOfScalar(at);
    }
    return { root, duplicates };
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

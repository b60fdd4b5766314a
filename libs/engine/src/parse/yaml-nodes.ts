import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, visit, type YAMLMap } from 'yaml';
import type { Lines } from './lines.js';
import { pointerSegments, type Position } from './parsed-definition.js';

/** What YAML allows and a definition must not have. */
export interface Refused {
  readonly kind: 'key' | 'alias' | 'unknown' | 'tag';
  readonly node: Node;
  /** The key, name of the alias or tag. */
  readonly key: string;
}

interface Survey {
  readonly refused: readonly Refused[];
  /** Each alias with the value it stands for. */
  readonly aliases: ReadonlyMap<Alias, Node | undefined>;
}

/** One walk over all nodes, whatever there are: nothing is looked for anew for each of them. */
export function surveyed(document: Document.Parsed): Survey {
  const refused: Refused[] = [];
  const aliases = new Map<Alias, Node | undefined>();
  const anchors = new Map<string, Node>();
  visit(document, {
    Alias: (_key, node, ancestors) => {
      const target = anchors.get(node.source);
      aliases.set(node, target);
      if (target === undefined) refused.push({ kind: 'unknown', node, key: node.source });
      else if (ancestors.includes(target)) refused.push({ kind: 'alias', node, key: node.source });
    },
    Value: (_key, node) => {
      if (isMap(node)) for (const key of repeatedKeys(node)) refused.push(key);
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (node.tag !== undefined) refused.push({ kind: 'tag', node, key: node.tag });
    },
  });
  return { refused, aliases };
}

function* repeatedKeys(map: YAMLMap): Generator<Refused> {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    const name = nameOf(key);
    if (seen.has(name)) yield { kind: 'key', node: key as Node, key: name };
    seen.add(name);
  }
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** Where values of a document stand. */
export class Places {
  private readonly members = new WeakMap<YAMLMap, Map<string, Pair>>();

  constructor(
    private readonly document: Document.Parsed,
    private readonly aliases: Survey['aliases'],
    private readonly lines: Lines,
  ) {}

  /** The key of a member, the item of a list; of the nearest parent when the pointer leads nowhere. */
  of(pointer: string): Position | undefined {
    let node = this.meant(this.document.contents);
    let offset = node?.range?.[0];
    for (const segment of pointerSegments(pointer)) {
      const found = this.step(node, segment);
      if (found === undefined) break;
      offset = found.at?.range?.[0] ?? offset;
      node = this.meant(found.value);
    }
    return offset === undefined ? undefined : this.lines.position(offset);
  }

  private step(node: Node | null | undefined, segment: string): { at: Node | null; value: Node | null } | undefined {
    if (isMap(node)) {
      const pair = this.membersOf(node).get(segment);
      return pair && { at: pair.key as Node, value: pair.value as Node | null };
    }
    const item = isSeq(node) ? (node.items[Number(segment)] as Node | undefined) : undefined;
    return item && { at: item, value: item };
  }

  private membersOf(map: YAMLMap): Map<string, Pair> {
    const known = this.members.get(map);
    if (known) return known;
    const members = new Map(map.items.map((pair) => [nameOf(pair.key), pair]));
    this.members.set(map, members);
    return members;
  }

  private meant(node: Node | null | undefined): Node | null | undefined {
    return isAlias(node) ? this.aliases.get(node) : node;
  }
}

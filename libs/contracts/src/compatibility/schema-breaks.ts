/** A JSON Schema as it stands in a published document. */
export type Schema = Readonly<Record<string, unknown>>;

/** Who writes what the schema describes: `request` is sent to us, `response` is sent by us. */
export type Direction = 'request' | 'response';

/** One thing that worked with the contract before and no longer does. */
export interface Break {
  /** Stable name of the rule that was broken. */
  readonly rule: string;
  /** Where, in words of the document: `POST /api/v1/instances body /priority`. */
  readonly where: string;
  readonly text: string;
}

export interface Side {
  readonly schema: unknown;
  /** The whole document, which `#/…` references point into. */
  readonly document: Schema;
}

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]) : []);
const mapOf = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

/**
 * Breaks between two schemas of one message. A request may only become wider (what was accepted still is), a response only narrower
 * (what is sent still fits what was promised); properties may be added to both, but for required ones of a request.
 */
export function schemaBreaks(before: Side, after: Side, direction: Direction, where: string): Break[] {
  return new Comparison(before.document, after.document, direction).compare(before.schema, after.schema, where);
}

class Comparison {
  /** Pairs that are being compared: recursive schemas refer to themselves. */
  private readonly open = new Set<string>();

  constructor(
    private readonly old: Schema,
    private readonly current: Schema,
    private readonly direction: Direction,
  ) {}

  compare(before: unknown, after: unknown, where: string): Break[] {
    const pair = `${refOf(before)} ${refOf(after)}`;
    if (pair.trim() === '') return this.compareResolved(before, after, where);
    if (this.open.has(pair)) return [];
    this.open.add(pair);
    try {
      return this.compareResolved(before, after, where);
    } finally {
      this.open.delete(pair);
    }
  }

  private compareResolved(before: unknown, after: unknown, where: string): Break[] {
    const [olds, news] = [alternatives(before, this.old), alternatives(after, this.current)];
    const [given, accepted] = this.direction === 'request' ? [olds, news] : [news, olds];
    if (accepted.some(saysNothing)) return [];
    return given.flatMap((each) => {
      const found = accepted.map((other) => ({
        isTwin: each['$id'] !== undefined && each['$id'] === other['$id'],
        breaks: this.direction === 'request' ? this.compareOne(each, other, where) : this.compareOne(other, each, where),
      }));
      if (found.some(({ breaks }) => breaks.length === 0)) return [];
      const [nearest] = found.toSorted(
        (a, b) =>
          Number(b.isTwin) - Number(a.isTwin) ||
          shapeBreaks(a.breaks) - shapeBreaks(b.breaks) ||
          a.breaks.length - b.breaks.length,
      );
      return nearest?.breaks ?? [];
    });
  }

  private compareOne(before: Schema, after: Schema, where: string): Break[] {
    const type = typeBreak(before, after, this.direction);
    if (type !== undefined) return [{ rule: 'type-changed', where, text: type }];
    return [
      ...valueBreaks(before, after, this.direction).map((text) => ({ rule: 'values-changed', where, text })),
      ...(this.direction === 'request'
        ? boundBreaks(before, after).map((text) => ({ rule: 'bound-tightened', where, text }))
        : []),
      ...this.propertyBreaks(before, after, where),
      ...(before['items'] !== undefined && after['items'] !== undefined
        ? this.compare(before['items'], after['items'], `${where}/*`)
        : []),
      ...(isObject(before['additionalProperties']) && isObject(after['additionalProperties'])
        ? this.compare(before['additionalProperties'], after['additionalProperties'], `${where}/{name}`)
        : []),
    ];
  }

  private propertyBreaks(before: Schema, after: Schema, where: string): Break[] {
    const [olds, news] = [mapOf(before['properties']), mapOf(after['properties'])];
    const [oldRequired, newRequired] = [textsOf(before['required']), textsOf(after['required'])];
    const breaks: Break[] = [];
    for (const [name, schema] of Object.entries(olds)) {
      const at = `${where}/${name}`;
      if (!Object.hasOwn(news, name)) breaks.push({ rule: 'property-removed', where: at, text: 'was there, and is gone' });
      else breaks.push(...this.compare(schema, news[name], at));
    }
    if (this.direction === 'request') {
      for (const name of newRequired.filter((each) => !oldRequired.includes(each)))
        breaks.push({ rule: 'property-required', where: `${where}/${name}`, text: 'could be left out, and is required now' });
      if (before['additionalProperties'] !== false && after['additionalProperties'] === false && before['type'] === 'object')
        breaks.push({ rule: 'closed', where, text: 'took properties it does not name, and refuses them now' });
    } else {
      for (const name of oldRequired.filter((each) => Object.hasOwn(news, each) && !newRequired.includes(each)))
        breaks.push({ rule: 'property-optional', where: `${where}/${name}`, text: 'was always there, and may be missing now' });
    }
    return breaks;
  }
}

/** The alternative that was meant has the same name, or else the same shape, even if a value in it has changed. */
const shapeBreaks = (breaks: readonly Break[]): number =>
  breaks.filter(({ rule }) => rule !== 'values-changed' && rule !== 'bound-tightened').length;

const refOf = (schema: unknown): string => (isObject(schema) && typeof schema['$ref'] === 'string' ? schema['$ref'] : '');

/** The schemas of which one has to fit, references followed (`$id` is the reference); what cannot be found says nothing. */
function alternatives(schema: unknown, document: Schema): readonly Schema[] {
  if (!isObject(schema)) return [{}];
  const ref = refOf(schema);
  if (ref !== '') return alternatives(follow(ref, document) ?? {}, document).map((each) => ({ ...each, $id: ref }));
  const { allOf, ...own } = schema;
  if (Array.isArray(allOf))
    return allOf.reduce((all, part) => combined(all, alternatives(part, document)), alternatives(own, document));
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return choices.flatMap((choice) => alternatives(choice, document));
  const types = schema['type'];
  return Array.isArray(types) ? types.map((type: unknown) => ({ ...schema, type })) : [schema];
}

/** Each of these together with each of those. */
const combined = (these: readonly Schema[], those: readonly Schema[]): readonly Schema[] =>
  these.flatMap((one) =>
    those.map((other) => ({
      ...one,
      ...other,
      properties: { ...mapOf(one['properties']), ...mapOf(other['properties']) },
      required: [...textsOf(one['required']), ...textsOf(other['required'])],
    })),
  );

export function follow(pointer: string, document: Schema): unknown {
  const keys = pointer.replace(/^#\//, '').split('/');
  return keys.reduce<unknown>((at, key) => mapOf(at)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const exact = ['pattern', 'format', 'multipleOf'];
const constraints = ['type', 'enum', 'const', 'properties', 'required', 'items', ...lower, ...upper, ...exact];
const saysNothing = (schema: Schema): boolean => constraints.every((name) => schema[name] === undefined);

function typeBreak(before: Schema, after: Schema, direction: Direction): string | undefined {
  const [old, current] = [before['type'], after['type']];
  const [given, accepted] = direction === 'request' ? [old, current] : [current, old];
  if (accepted === undefined || given === accepted || (given === 'integer' && accepted === 'number')) return undefined;
  return `was ${String(old ?? 'anything')}, and is ${String(current ?? 'anything')}`;
}

const valuesOf = (schema: Schema): readonly unknown[] | undefined =>
  Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const']] : undefined;

function valueBreaks(before: Schema, after: Schema, direction: Direction): string[] {
  const [old, current] = [valuesOf(before), valuesOf(after)];
  const [given, accepted] = direction === 'request' ? [old, current] : [current, old];
  if (accepted === undefined) return [];
  const verb = direction === 'request' ? 'is no longer accepted' : 'was never sent before';
  const listed = accepted.map((each) => JSON.stringify(each)).join(', ');
  if (given === undefined)
    return [direction === 'request' ? `only ${listed} is accepted now` : `was one of ${listed}, and may be any value now`];
  return given.filter((value) => !accepted.includes(value)).map((value) => `${JSON.stringify(value)} ${verb}`);
}

/** Of what is sent to us; what we send may be shorter or longer than before. */
function boundBreaks(before: Schema, after: Schema): string[] {
  const numberOf = (schema: Schema, name: string): number | undefined => schema[name] as number | undefined;
  const tighter = (name: string, isTighter: (old: number, current: number) => boolean): boolean => {
    const [old, current] = [numberOf(before, name), numberOf(after, name)];
    return current !== undefined && (old === undefined || isTighter(old, current));
  };
  const names = [
    ...lower.filter((name) => tighter(name, (old, current) => current > old)),
    ...upper.filter((name) => tighter(name, (old, current) => current < old)),
    ...exact.filter((name) => after[name] !== undefined && after[name] !== before[name]),
  ];
  return names.map((name) => `${name} was ${String(before[name] ?? 'not said')}, and is ${String(after[name])}`);
}

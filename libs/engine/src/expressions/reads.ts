import { hintFor } from './nearest.js';
import { ROOT_PLACES, STEP_FACTS, TYPE_NAMES } from './roots.js';
import type { ExpressionFault } from './syntax.js';
import type { RootName } from './template.js';

/** Which roots an expression may read. */
export interface RootRules {
  readonly roots: ReadonlySet<RootName>;
  /** The `as` names of the enclosing forEach and catch bodies. */
  readonly names?: ReadonlySet<string>;
}

/** What an expression reads; for the compiler of definitions and for `Template.roots` and `.steps`. */
export interface Reads {
  readonly roots: ReadonlySet<RootName>;
  /** `as` names of enclosing bodies. */
  readonly names: ReadonlySet<string>;
  /** Steps by id; true when what may be missing is provided for (`has`, `.?`, `== null`, `status`). */
  readonly steps: ReadonlyMap<string, boolean>;
  /** Ids read through `needs`. */
  readonly needs: ReadonlySet<string>;
}

const INSTANCE_MEMBERS: readonly string[] = ['id', 'definition', 'version', 'key', 'startedAt', 'tags'];

/** Resolves names and keeps book of what is read. */
export class ReadsLedger implements Reads {
  readonly roots = new Set<RootName>();
  readonly names = new Set<string>();
  readonly steps = new Map<string, boolean>();
  readonly needs = new Set<string>();
  readonly faults: ExpressionFault[] = [];

  constructor(private readonly rules: RootRules) {}

  fault(code: ExpressionFault['code'], message: string, hint?: string): void {
    if (this.faults.some((known) => known.message === message)) return;
    this.faults.push(hint === undefined ? { code, message } : { code, message, hint });
  }

  /** Is it the `as` name of an enclosing body? */
  named(name: string): boolean {
    if (this.rules.names?.has(name) !== true) return false;
    this.names.add(name);
    return true;
  }

  /** The root a name stands for; undefined when there is none (a fault is noted unless it names a type). */
  root(name: string, variables: Iterable<string>): RootName | undefined {
    const root = name as RootName;
    if (this.rules.roots.has(root)) {
      this.roots.add(root);
      return root;
    }
    if (!TYPE_NAMES.has(name)) this.unknownName(name, variables);
    return undefined;
  }

  private unknownName(name: string, variables: Iterable<string>): void {
    const available = [...(this.rules.names ?? []), ...this.rules.roots];
    if (Object.hasOwn(ROOT_PLACES, name)) {
      const hint = `"${name}" exists ${ROOT_PLACES[name as RootName]}`;
      this.fault('ROOT_NOT_AVAILABLE', `expected a root that exists here (${available.join(', ')}), but was "${name}"`, hint);
      return;
    }
    const hint = hintFor(
      name,
      [...variables, ...available],
      `Data is read through a root, as in input.${name}; texts and the keys of objects are quoted: "${name}"`,
    );
    this.fault('UNKNOWN_ROOT', `expected one of the roots ${available.join(', ')}, but was "${name}"`, hint);
  }

  step(id: string, isGuarded: boolean): void {
    this.steps.set(id, isGuarded || this.steps.get(id) === true);
  }

  fact(id: string, fact: string): void {
    if ((STEP_FACTS as readonly string[]).includes(fact)) return;
    const hint = hintFor(
      fact,
      STEP_FACTS,
      `What a step returned is under output: steps.${id}.output.${fact}; an id with a dot is read as steps["${id}.${fact}"]`,
    );
    this.fault('EXPRESSION_INVALID', `expected steps.${id}.output, .error, .status, .taken or .counts, but was "${fact}"`, hint);
  }

  member(root: string, member: string): void {
    if (root === 'needs') this.needs.add(member);
    if (root !== 'instance' || INSTANCE_MEMBERS.includes(member)) return;
    const hint = hintFor(member, INSTANCE_MEMBERS, 'Use one of these');
    this.fault('EXPRESSION_INVALID', `expected instance.${INSTANCE_MEMBERS.join(', .')}, but was "${member}"`, hint);
  }

  /** `steps.charge-card.output` reads as a subtraction; say so instead of complaining about `card`. */
  minusAfterStep(id: string, rest: string): void {
    this.fault(
      'EXPRESSION_INVALID',
      `expected a number before "-", but was steps.${id}`,
      `An id with "-" is read in brackets: steps["${id}-${rest}"]`,
    );
  }

  dynamicStep(): void {
    this.fault(
      'EXPRESSION_INVALID',
      'expected a step named literally, but "steps" is read as a whole or with a computed name',
      'Write steps.<id> or steps["<id>"]; the outputs of the direct needs are in needs, all of them in ctx',
    );
  }
}

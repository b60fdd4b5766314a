import type { Json } from '../model/json.js';
import { MAX_COST, MAX_RESULT_BYTES, MAX_TEXT_LENGTH } from './bounds.js';
import { ExpressionBoundError, ExpressionError } from './expression-error.js';
import type { EvaluationScope, RootName, StepFacts } from './template.js';
import { fromJson, type Value } from './values.js';

/** One evaluation of one template: its scope, the values of its roots so far, its variables and what is left of its bounds. */
export class Run {
  /** Values of macro variables, by the slot the compiler gave them. */
  readonly slots: Value[] = [];
  /** Bytes of result left. */
  bytesLeft = MAX_RESULT_BYTES;
  private costLeft = MAX_COST;
  private readonly roots = new Map<RootName, Value>();
  private readonly names = new Map<string, Value>();

  constructor(private readonly scope: EvaluationScope) {}

  /** @throws ExpressionBoundError when the evaluation has done more work than one may */
  charge(units: number): void {
    if ((this.costLeft -= units) < 0) {
      throw new ExpressionBoundError(
        `expected an expression of at most ${MAX_COST} units of work, but it needed more: work on fewer items`,
      );
    }
  }

  /** Charges for a text that was built or read, and bounds its length. */
  text(text: string): string {
    this.expectLength(text.length);
    if (text.length > 63) this.charge(text.length >>> 6);
    return text;
  }

  /** @throws ExpressionBoundError when a text of that many characters would be too long */
  expectLength(length: number): void {
    if (length > MAX_TEXT_LENGTH) {
      throw new ExpressionBoundError(`expected text of at most ${MAX_TEXT_LENGTH} characters, but it grew longer`);
    }
  }

  root(name: RootName): Value {
    let value = this.roots.get(name);
    if (value === undefined) this.roots.set(name, (value = this.read(name)));
    return value;
  }

  /** The value behind an `as` name. */
  named(name: string): Value {
    let value = this.names.get(name);
    if (value === undefined) {
      if (this.scope.named === undefined) throw absent(name);
      this.names.set(name, (value = fromJson(this.scope.named(name))));
    }
    return value;
  }

  facts(id: string): StepFacts {
    if (this.scope.steps === undefined) throw absent('steps');
    return this.scope.steps(id);
  }

  private read(name: RootName): Value {
    const { scope } = this;
    if (name === 'now') return new Date(member(scope.now, name));
    if (name === 'scheduledAt') return new Date(member(scope.scheduledAt, name));
    if (name === 'steps') throw absent(name);
    return fromJson(member<Json>(scope[name], name));
  }
}

function member<T>(getter: (() => T) | undefined, name: RootName): T {
  if (getter === undefined) throw absent(name);
  return getter();
}

const absent = (name: string): ExpressionError => new ExpressionError(`expected a value for '${name}', but there is none here`);

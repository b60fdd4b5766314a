import type { StepRead } from '../expressions/compile-template.js';
import { compileTemplate, literalTemplate } from '../expressions/compile-template.js';
import type { RootName, Template } from '../expressions/template.js';
import type { Json } from '../model/json.js';
import type { PlanStep, RetryPolicy } from '../model/plan.js';
import type { Fields } from './fields.js';
import { kindOf } from './fields.js';
import type { ProblemList } from './problem-list.js';

/** What a template reads from other steps, and where it stands in the document. */
export interface Read extends Omit<StepRead, 'path'> {
  /** JSON Pointer into the document. */
  readonly path: string;
}

/** A step while its definition is being compiled: what its own fields say, before the graph is known. */
export interface StepDraft {
  readonly id: string;
  readonly index: number;
  /** JSON Pointer of the step. */
  readonly path: string;
  /** Ids and their pointers; absent = the step before. */
  readonly needs: readonly { readonly id: string; readonly path: string }[] | undefined;
  readonly join: 'all' | 'any' | number;
  readonly reads: readonly Read[];
  readonly needReads: readonly { readonly id: string; readonly path: string }[];
  /** Everything of the plan's step that does not depend on the graph. */
  readonly fixed: Omit<PlanStep, 'needs' | 'dependents' | 'required' | 'joinKind'>;
  /** `when: false` */
  readonly isNever: boolean;
}

export interface Defaults {
  readonly retry: RetryPolicy;
}

/** Compiles templates of one object of the document and remembers what they read. */
export class TemplateReader {
  readonly reads: Read[] = [];
  readonly needReads: { id: string; path: string }[] = [];

  constructor(
    private readonly fields: Fields,
    private readonly problems: ProblemList,
  ) {}

  /** The template of a field, of any shape; undefined when absent or wrong. */
  template(name: string, roots: ReadonlySet<RootName>): Template | undefined {
    const value = this.fields.get(name);
    return value === undefined ? undefined : this.value(value, this.fields.at(name), roots);
  }

  value(source: Json, at: string, roots: ReadonlySet<RootName>): Template | undefined {
    const { template, faults, stepReads, needReads } = compileTemplate(source, { roots });
    for (const { code, path, message, hint } of faults) this.problems.error(code, at + path, message, hint);
    for (const read of stepReads) this.reads.push({ ...read, path: at + read.path });
    for (const read of needReads) this.needReads.push({ ...read, path: at + read.path });
    return template;
  }

  /** A text that may hold expressions; its literal form is checked at once. */
  text(name: string, roots: ReadonlySet<RootName>, check?: (text: string) => string | undefined): Template | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') {
      return this.fields.error(
        'WRONG_TYPE',
        name,
        `expected "${name}" to be text, but was ${value === '' ? 'empty' : kindOf(value)}`,
      );
    }
    const template = this.template(name, roots);
    const literal = template?.isLiteral ? template.evaluate({}) : undefined;
    const fault = typeof literal === 'string' ? check?.(literal) : undefined;
    if (fault !== undefined) return this.fields.error('VALUE_INVALID', name, fault);
    return template;
  }

  /** `when` and its like: one whole expression, or true or false. */
  condition(name: string, roots: ReadonlySet<RootName>): Template | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'boolean') return literalTemplate(value);
    const isExpression = typeof value === 'string' && value.startsWith('${') && value.endsWith('}');
    if (isExpression) return this.template(name, roots);
    const hint = typeof value === 'string' ? `Write "\${${value.slice(0, 100)}}"` : 'Write "${input.total > 100}"';
    return this.fields.error(
      'WRONG_TYPE',
      name,
      `expected "${name}" to be an expression that is true or false, but was ${kindOf(value)}`,
      hint,
    );
  }

  /** An object of names and templates. */
  record(name: string, roots: ReadonlySet<RootName>): Record<string, Template> | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.fields.error('WRONG_TYPE', name, `expected "${name}" to be an object, but was ${kindOf(value)}`);
    }
    const templates: Record<string, Template> = {};
    for (const [key, member] of Object.entries(value)) {
      const template = this.value(member, `${this.fields.at(name)}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, roots);
      if (template) templates[key] = template;
    }
    return templates;
  }
}

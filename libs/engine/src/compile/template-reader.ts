import { compileTemplate, literalTemplate } from '../expressions/compile-template.js';
import type { RootRules } from '../expressions/reads.js';
import { mayHoldExpression } from '../expressions/split-text.js';
import type { Template } from '../expressions/template.js';
import { pointer } from '../json/bounds.js';
import type { Json } from '../model/json.js';
import type { Count, Duration } from '../model/plan.js';
import type { Read } from './draft.js';
import { isObject, kindOf, type Fields } from './fields.js';

/** What the templates of one step (or of the document) read; of objects inside it too. */
export class ReadLog {
  readonly reads: Read[] = [];
  readonly needReads: { id: string; path: string }[] = [];
}

/** Is it one whole `${…}`? (Several of them in one text are found when it is compiled: their value is a text.) */
export const isExpression = (value: Json | undefined): boolean =>
  typeof value === 'string' && value.startsWith('${') && value.endsWith('}');

/** Compiles templates of one object of the document and remembers what they read. */
export class TemplateReader {
  constructor(
    readonly fields: Fields,
    readonly log = new ReadLog(),
  ) {}

  /** For an object inside this one, with the same log. */
  of(fields: Fields): TemplateReader {
    return new TemplateReader(fields, this.log);
  }

  /** The template of a field, of any shape; undefined when absent or wrong. */
  template(name: string, rules: RootRules): Template | undefined {
    const value = this.fields.get(name);
    return value === undefined ? undefined : this.value(value, this.fields.at(name), rules);
  }

  value(source: Json, at: string, rules: RootRules): Template | undefined {
    const { template, faults, stepReads, needReads } = compileTemplate(source, rules);
    for (const { code, path, message, hint } of faults) this.fields.problems.error(code, at + path, message, hint);
    for (const read of stepReads) this.log.reads.push({ ...read, path: at + read.path });
    for (const read of needReads) this.log.needReads.push({ ...read, path: at + read.path });
    return template;
  }

  /** A text that may hold expressions; its literal form is checked at once. */
  text(name: string, rules: RootRules, check?: (text: string) => string | undefined): Template | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '')
      return this.fields.error(
        'WRONG_TYPE',
        name,
        `expected "${name}" to be text, but was ${value === '' ? 'empty' : kindOf(value)}`,
      );
    const template = this.template(name, rules);
    const literal = template?.isLiteral ? template.evaluate({}) : undefined;
    const fault = typeof literal === 'string' ? check?.(literal) : undefined;
    if (fault !== undefined) return this.fields.error('VALUE_INVALID', name, fault);
    return template;
  }

  /** A list of texts, each of which may hold expressions, or one expression that yields the list. */
  texts(name: string, rules: RootRules, check?: (text: string) => string | undefined): Template | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (isExpression(value)) return this.template(name, rules);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      const hint = 'Write it in brackets, ["a", "b"], or one expression that yields a list';
      return this.fields.error('WRONG_TYPE', name, `expected "${name}" to be a list of texts, but was ${kindOf(value)}`, hint);
    }
    const seen = new Set<string>();
    value.forEach((text, index) => {
      const isAgain = seen.has(text) && `expected each text once, but "${text.slice(0, 60)}" is there again`;
      const isEmpty = text === '' && 'expected a text, but was empty';
      const fault = isAgain || isEmpty || (mayHoldExpression(text) ? undefined : check?.(text));
      if (fault !== undefined) this.fields.problems.error('VALUE_INVALID', pointer(this.fields.at(name), index), fault);
      seen.add(text);
    });
    return this.template(name, rules);
  }

  /** `when` and its like: one whole expression, or true or false. */
  condition(name: string, rules: RootRules): Template | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'boolean') return literalTemplate(value);
    if (isExpression(value)) return this.template(name, rules);
    const hint = typeof value === 'string' ? `Write "\${${value.slice(0, 100)}}"` : 'Write "${input.total > 100}"';
    return this.fields.error(
      'WRONG_TYPE',
      name,
      `expected "${name}" to be an expression that is true or false, but was ${kindOf(value)}`,
      hint,
    );
  }

  /** A whole number, or an expression that yields one. */
  whole(name: string, min: number, max: number, rules: RootRules): Template | undefined {
    if (isExpression(this.fields.get(name))) return this.template(name, rules);
    const number = this.fields.number(name, min, max);
    return number === undefined ? undefined : literalTemplate(number);
  }

  /** A priority, or an expression that yields one. */
  priority(rules: RootRules): Template | undefined {
    if (isExpression(this.fields.get('priority'))) return this.template('priority', rules);
    const number = this.fields.priority();
    return number === undefined ? undefined : literalTemplate(number);
  }

  /** A whole number as it is written, or an expression that yields one. */
  count(name: string, min: number, max: number, rules: RootRules): Count | undefined {
    return isExpression(this.fields.get(name)) ? this.template(name, rules) : this.fields.number(name, min, max);
  }

  /** A duration as it is written, or a template that yields one (or milliseconds). */
  duration(name: string, rules: RootRules): Duration | undefined {
    const value = this.fields.get(name);
    return typeof value === 'string' && mayHoldExpression(value) ? this.template(name, rules) : this.fields.duration(name);
  }

  /** An object of names and templates. */
  record(name: string, rules: RootRules): Record<string, Template> | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (!isObject(value))
      return this.fields.error('WRONG_TYPE', name, `expected "${name}" to be an object, but was ${kindOf(value)}`);
    const templates: Record<string, Template> = {};
    for (const [key, member] of Object.entries(value)) {
      const template = this.value(member, pointer(this.fields.at(name), key), rules);
      if (template) templates[key] = template;
    }
    return templates;
  }
}

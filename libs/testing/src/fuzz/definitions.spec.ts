import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { compile, compileTemplate, compileTrigger, type Json, parseDefinition } from '#libs/engine';
import { fuzzRuns, fuzzSeedWords } from './fuzz-runs.js';
import { hostileText, isPolluted } from './hostile.js';
import { mutated } from './mutated-json.js';

/** The examples: between them they use all of the language. */
const valid = globSync('examples/**/*.workflow.yaml').map(
  (file) => parseDefinition(readFileSync(file, 'utf8'), 'yaml').document as Json,
);
const triggers: readonly Json[] = [
  { kind: 'schedule', definition: 'report', cron: '0 9 * * 1-5', timezone: 'Europe/Berlin', overlap: 'skip', catchUp: '1h', input: { at: '${scheduledAt}' } },
  { kind: 'hook', definition: 'shop', secret: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLASW'], when: '${request.body.a > 1}', input: { a: '${request.body.a}' } },
  { kind: 'message', event: 'paid', key: '${message.body.order}', exchange: 'shop', routingKey: 'order.*' },
]; // prettier-ignore

/** Nothing here may take longer, ms; the machine may be busy. */
const atMostMs = 2_000;

interface Told {
  readonly severity: string;
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

function expectWords(problems: readonly Told[]): void {
  for (const { code, path, message } of problems) {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(path).toMatch(/^(?:\/|$)/);
    expect(message.length).toBeGreaterThan(0);
    expect(message.length).toBeLessThan(4_000);
  }
}

const hasError = (problems: readonly Told[]): boolean => problems.some(({ severity }) => severity === 'error');

function timed<T>(work: () => T): T {
  const began = performance.now();
  const result = work();
  expect(performance.now() - began).toBeLessThan(atMostMs);
  expect(isPolluted()).toBe(false);
  return result;
}

describe(`with a few things done to it (${fuzzSeedWords})`, () => {
  it('there are examples', () => expect(valid.length).toBeGreaterThan(10));

  it('a valid definition is one still, or has problems that say where', () => {
    fc.assert(
      fc.property(mutated(fc.constantFrom(...valid)), fc.constantFrom('json' as const, 'yaml' as const), (text, format) => {
        const parsed = timed(() => parseDefinition(text, format));
        expect(parsed.document === undefined).toBe(parsed.problems.length > 0);
        expectWords(parsed.problems);
        if (parsed.document === undefined) return;
        const { plan, problems } = timed(() => compile(parsed.document, { knownTasks: ['echo'] }));
        expect(plan === undefined).toBe(hasError(problems));
        expectWords(problems);
      }),
      fuzzRuns(150, 2_000),
    );
  });

  it('a valid trigger is one still, or has problems that say where', () => {
    fc.assert(
      fc.property(mutated(fc.constantFrom(...triggers)), (text) => {
        const { document } = parseDefinition(text, 'json');
        if (document === undefined) return;
        const { trigger, problems } = timed(() => compileTrigger(document));
        expect(trigger === undefined).toBe(hasError(problems));
        expectWords(problems);
      }),
      fuzzRuns(200, 1_500),
    );
  });

  it('a template is one, or has faults', () => {
    const source = fc.oneof(
      fc.tuple(hostileText, hostileText).map(([a, b]) => `\${input.${a} + "${b}"}`),
      hostileText.map((text) => `\${${text}}`),
    );
    fc.assert(
      fc.property(source, (text) => {
        const { template, faults } = timed(() => compileTemplate(text, { roots: new Set(['input'] as const) }));
        expect(template === undefined).toBe(faults.length > 0);
      }),
      fuzzRuns(300, 1_000),
    );
  });
});

import { readFileSync } from 'node:fs';
import { distance } from 'fastest-levenshtein';
import { ConfigError, type ConfigFault } from './config-error.js';
import type { Variable } from './fields.js';
import { type Config, type ConfigKey, variables } from './variables.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /** Variables this service cannot do without. */
  readonly requires?: readonly ConfigKey[];
  /** Variables of which one makes another needless, e.g. `{ amqpUrl: 'transport' }`. */
  readonly instead?: Partial<Readonly<Record<ConfigKey, ConfigKey>>>;
  /** Values taken when the environment says nothing, as text. */
  readonly defaults?: Partial<Readonly<Record<ConfigKey, string>>>;
}

/**
 * Reads and checks the whole environment. An empty value counts as absent.
 * @throws ConfigError with all faults at once
 */
export function loadConfig(env: Environment = process.env, options: LoadOptions = {}): Config {
  const faults: ConfigFault[] = [];
  const config: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(variables) as [ConfigKey, Variable][]) {
    const text = textOf(each, env, faults) ?? options.defaults?.[key];
    if (text === undefined && isRequired(key, env, options)) {
      faults.push({ variable: each.name, message: `is required here, but is not set: ${each.text}` });
      continue;
    }
    const parsed = each.schema.safeParse(text);
    if (parsed.success) config[key] = parsed.data;
    else
      faults.push({
        variable: each.name,
        message: `${parsed.error.issues[0]?.message ?? 'is not valid'}, but found ${shown(each, text)}`,
      });
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config as Config;
}

function isRequired(key: ConfigKey, env: Environment, { requires = [], instead = {} }: LoadOptions): boolean {
  const other = instead[key];
  return requires.includes(key) && (other === undefined || present(env[variables[other].name]) === undefined);
}

function textOf(each: Variable, env: Environment, faults: ConfigFault[]): string | undefined {
  const direct = present(env[each.name]);
  const file = each.secret ? present(env[`${each.name}_FILE`]) : undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    faults.push({ variable: each.name, message: `is given twice, also as ${each.name}_FILE; keep one of them` });
    return direct;
  }
  try {
    return present(readFileSync(file, 'utf8').trim());
  } catch (error) {
    faults.push({ variable: `${each.name}_FILE`, message: `expected a readable file, but ${(error as Error).message}` });
    return undefined;
  }
}

const present = (text: string | undefined): string | undefined => (text === undefined || text.trim() === '' ? undefined : text);

const shown = (each: Variable, text: string | undefined): string =>
  each.secret ? 'another value (not shown)' : JSON.stringify(text ?? 'nothing');

const alsoKnown = ['ORQUESTRA_URL'];

/** `ORQUESTRA_…` names nobody reads, each with the nearest known name: probably a slip of the pen. */
export function unknownVariables(env: Environment = process.env): ConfigFault[] {
  const known = Object.values(variables).flatMap((each) => (each.secret ? [each.name, `${each.name}_FILE`] : [each.name]));
  return Object.keys(env)
    .filter(
      (name) =>
        name.startsWith('ORQUESTRA_') &&
        !name.startsWith('ORQUESTRA_TEST_') &&
        !known.includes(name) &&
        !alsoKnown.includes(name),
    )
    .map((name) => ({ variable: name, message: `is not known and has no effect; did you mean ${nearest(name, known)}?` }));
}

function nearest(name: string, known: readonly string[]): string {
  return [...known].sort((a, b) => distance(name, a) - distance(name, b))[0] as string;
}

/** The configuration for people: secrets shortened to their host. */
export function describeConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    (Object.entries(variables) as [ConfigKey, Variable][]).map(([key, each]) => [
      each.name,
      each.secret ? withoutSecret(config[key]) : config[key],
    ]),
  );
}

function withoutSecret(value: unknown): unknown {
  if (typeof value !== 'string' || !URL.canParse(value)) return value === undefined ? undefined : '[redacted]';
  const url = new URL(value);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

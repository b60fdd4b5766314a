import { parseArgs } from 'node:util';
import { crashPoints } from '#libs/platform';
import type { RunSettings, Scale } from './run.js';
import type { Scenario } from './scenario.js';

export const usage = `npm run faults -- [options]
  --list               the scenarios, and those that cannot run here with the reason; runs nothing
  --scenario <ids>     only these: F1,F7; default all
  --smoke              the few that CI runs, at their smallest: a few minutes
  --full               durations as they are meant (minutes instead of seconds); hours
  --seed <n,…>         of times, targets and payloads; of several, all scenarios with each in turn; default drawn, and printed
  --minutes <n>        of the soak (F41); default 2, with --full 60
  --points <names>     of the crash points (F2) only these
  --json               the report as one JSON document on standard output
  --out <file>         the JSON document into a file, after each scenario anew; the table on standard output
  --logs <folder>      what every process printed last, a file each
  --write-docs         what came out into docs/: crash points into crash-points.md (F2), a run of all scenarios into guarantees.md
  --from <files>       runs nothing: shows documents kept with --out as one, or writes them with --write-docs
Exit status: 0 when all held, 1 when something was violated or proves nothing, 2 for a wrong option, 130 after Ctrl-C.`;

export interface FaultOptions extends RunSettings {
  readonly help: boolean;
  readonly list: boolean;
  readonly json: boolean;
  readonly out?: string;
  readonly from: readonly string[];
  readonly writeDocs: boolean;
  readonly seeds: readonly number[];
  readonly scenarios: readonly Scenario[];
}

/** @param drawn the seed when none is given. @throws RangeError naming the option */
export function faultOptions(args: readonly string[], catalogue: readonly Scenario[], drawn: number): FaultOptions {
  const yes = { type: 'boolean' } as const;
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ list: yes, smoke: yes, full: yes, json: yes, help: yes, 'write-docs': yes },
      ...{ scenario: text, seed: text, minutes: text, points: text, out: text, logs: text, from: text },
    },
  });
  if (values.smoke && values.full) throw new RangeError('expected either --smoke or --full');
  const scale: Scale = values.smoke ? 'smoke' : values.full ? 'full' : 'matrix';
  const usual = values.smoke ? catalogue.filter(({ isSmoke }) => isSmoke) : catalogue;
  return {
    help: values.help === true,
    list: values.list === true,
    json: values.json === true,
    out: values.out,
    scale,
    from: values.from?.split(',') ?? [],
    writeDocs: values['write-docs'] === true,
    seeds: seedsOf(values.seed) ?? [drawn],
    minutes: wholeOf('minutes', values.minutes, 1, 10_000),
    points: pointsOf(values.points),
    logs: values.logs,
    scenarios: values.scenario === undefined ? usual : named(values.scenario, catalogue),
  };
}

function pointsOf(text: string | undefined): string[] | undefined {
  const names = text?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !crashPoints.some((point) => point.name === name));
  if (unknown !== undefined) throw new RangeError(`expected --points to name crash points, but found ${unknown}`);
  return names;
}

function named(text: string, catalogue: readonly Scenario[]): Scenario[] {
  const ids = text.split(',').map((id) => id.trim().toUpperCase());
  return ids.map((id) => {
    const found = catalogue.find((one) => one.id === id);
    if (found === undefined)
      throw new RangeError(`expected --scenario to name some of ${catalogue.map((one) => one.id).join(', ')}, but found ${id}`);
    return found;
  });
}

const seedsOf = (text: string | undefined): number[] | undefined =>
  text === undefined ? undefined : [...new Set(text.split(',').map((one) => wholeOf('seed', one, 0, 2 ** 32 - 1)!))];

function wholeOf(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`expected --${name} to be a whole number from ${least} to ${most}, but found ${text}`);
  return value;
}

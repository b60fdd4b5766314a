import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Json, JsonObject } from '#libs/engine';
import { UsageError } from './cli-error.js';
import type { Shell } from './shell.js';

/**
 * The input of a start: `--input` as JSON, `@file` (JSON or YAML) or `-` (stdin), then each `--set a.b=1` on top.
 * @returns undefined when neither was given
 */
export async function readInput(input: string | undefined, settings: readonly string[], shell: Shell): Promise<Json | undefined> {
  const base = input === undefined ? undefined : await readJson(input, '--input', shell);
  if (settings.length === 0) return base;
  if (base !== undefined && !isObject(base))
    throw new UsageError('expected --input to be an object when --set is used beside it');
  const target: JsonObject = structuredClone(base ?? {});
  for (const setting of settings) applySetting(target, setting);
  return target;
}

/** An option that is JSON, `@file` (JSON or YAML) or `-` (stdin). @throws UsageError */
export async function readJson(input: string, option: string, shell: Shell): Promise<Json> {
  if (input === '-') return parseText(await shell.readStdin(), 'stdin');
  if (input.startsWith('@')) return parseText(await readText(input.slice(1)), input.slice(1));
  try {
    return JSON.parse(input) as Json;
  } catch (error) {
    throw new UsageError(
      `expected ${option} to be JSON, but ${(error as Error).message}`,
      'Give JSON in quotes, @file for a JSON or YAML file, or - for stdin.',
    );
  }
}

/** @throws UsageError when the file cannot be read */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`expected a readable file, but ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** YAML 1.2 core is a superset of JSON. */
function parseText(text: string, from: string): Json {
  try {
    return (parse(text, { maxAliasCount: 100 }) ?? {}) as Json;
  } catch (error) {
    throw new UsageError(`expected JSON or YAML in ${from}, but ${(error as Error).message.split('\n')[0]}`);
  }
}

const refusedNames = new Set(['__proto__', 'constructor', 'prototype']);

/** `customer.name=Ada`, `items.0.cents=5`: the value is JSON where it reads as such, else text. */
function applySetting(target: JsonObject, setting: string): void {
  const at = setting.indexOf('=');
  const path = setting.slice(0, at).split('.');
  if (at < 1 || path.some((name) => name === '' || refusedNames.has(name)))
    throw new UsageError(
      `expected --set path=value, but found "${setting}"`,
      'For example: --set customer.name=Ada --set items.0.cents=500',
    );
  let holder: Json = target;
  path.forEach((name, depth) => {
    const isLast = depth === path.length - 1;
    const place = placeIn(holder, name, setting);
    if (isLast) place.set(valueOf(setting.slice(at + 1)));
    else holder = place.get() ?? place.set(/^\d+$/.test(path[depth + 1] ?? '') ? [] : {});
  });
}

function placeIn(holder: Json, name: string, setting: string): { get(): Json | undefined; set(value: Json): Json } {
  if (Array.isArray(holder)) {
    const index = Number(name);
    if (!Number.isInteger(index) || index > holder.length)
      throw new UsageError(`expected an index up to ${holder.length} in "${setting}", but found "${name}"`);
    return { get: () => holder[index], set: (value) => (holder[index] = value) };
  }
  if (!isObject(holder)) throw new UsageError(`expected an object or a list before ".${name}" in "${setting}"`);
  return { get: () => holder[name], set: (value) => (holder[name] = value) };
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

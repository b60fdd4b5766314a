import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { ApiProblem } from './api-problem.js';
import { faultsOf } from './issues.js';

/**
 * Checks what `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })` name, and hands on what the schema makes of it.
 * Unlike Nest's own pipe it says where and what in a problem, and deletes nothing silently.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { schema, type }: ArgumentMetadata): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    return type === 'body' ? checkBody(schema, value) : checkParameters(schema, value);
  }
}

/** @throws ApiProblem REQUEST_INVALID (422) with a JSON Pointer for every fault */
export function checkBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = faultsOf(parsed.error, schema, 'pointer');
  throw new ApiProblem(
    'REQUEST_INVALID',
    `the request has ${count(errors.length, 'fault')}: ${errors[0]?.message ?? ''} at "${errors[0]?.path ?? ''}"`,
    { errors },
  );
}

/** @throws ApiProblem PARAMETER_INVALID (400) with the name of every faulty parameter */
export function checkParameters<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse({ ...(value as object) }, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = faultsOf(parsed.error, schema, 'parameter');
  throw new ApiProblem('PARAMETER_INVALID', `${errors[0]?.path ?? 'a parameter'}: ${errors[0]?.message ?? 'not valid'}`, {
    errors,
  });
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

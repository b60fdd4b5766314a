import { applyDecorators, Controller, UseFilters, UseInterceptors, UsePipes } from '@nestjs/common';
import { PlaceInterceptor } from '../admission/place.interceptor.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { ProblemFilter } from './problem.filter.js';
import { ValidationPipe } from './validation.pipe.js';

/** A controller of the API: schemas are checked, POSTs are idempotent, errors are problems. Bound here and not globally: task handlers may share the process. */
export const ApiController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(path),
    UseFilters(ProblemFilter),
    UsePipes(ValidationPipe),
    UseInterceptors(PlaceInterceptor, IdempotencyInterceptor),
  );

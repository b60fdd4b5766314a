import { commaList, stepStatusSchema } from '#libs/contracts';
import type { StepStatus } from '#libs/engine';
import { z } from 'zod';
import { checkParameters } from '../http/validation.pipe.js';

const schema = z.object({ status: commaList(stepStatusSchema).optional() });

/** @throws ApiProblem PARAMETER_INVALID naming `status` */
export const parseStatuses = (text: string | undefined): readonly StepStatus[] | undefined =>
  checkParameters(schema, { status: text }).status;

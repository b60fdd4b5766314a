import { Catch, type ExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Lets what was thrown through as it is. Nest's own last filter for messages turns every error into "Internal server error", which would hide the code a definition retries or
 * catches by. Global filters come after those of methods and classes, so these keep the first word.
 */
@Catch()
export class TaskExceptionFilter implements ExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

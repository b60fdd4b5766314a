import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';
import type { ApiRequest } from '../http/entry.js';

/** Gives the place of a request back when its handler has ended, not when its caller has gone. */
@Injectable()
export class PlaceInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { pass } = context.switchToHttp().getRequest<ApiRequest>();
    if (pass === undefined) return next.handle();
    pass.begin();
    return next.handle().pipe(finalize(() => pass.end()));
  }
}

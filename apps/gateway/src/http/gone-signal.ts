import type { ServerResponse } from 'node:http';

/** Aborts when the caller has gone before the answer was sent: nobody is left to wait for. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort('the caller has gone'); // without a reason of ours it would make an error, with its stack
  });
  return controller.signal;
}

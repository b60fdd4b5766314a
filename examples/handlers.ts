import { TripHandlers } from './trip-handlers.js';
import { WfcommonsHandlers } from './wfcommons/wfcommons-hash.js';

/** What a worker of ours serves for the examples, beside the built-in tasks. */
export const exampleHandlers = [TripHandlers, WfcommonsHandlers];

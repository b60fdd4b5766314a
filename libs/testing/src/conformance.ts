/** The suites that whoever implements one of our ports runs on it; inside Jest. */
export { describeTransport, type TransportWorld } from '../../messaging/src/conformance/index.js';
export { describeTriggerSource, type TriggerSourceWorld } from '../../extension-sdk/src/testing/trigger-source-cases.js';
export { describeTask, type TaskWorld } from '../../extension-sdk/src/testing/task-cases.js';

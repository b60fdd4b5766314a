/** Every problem the gateway answers with: code → HTTP status and title. Codes are stable; new ones may be added. */
export const problemKinds = {
  BODY_INVALID: [400, 'The body could not be read'],
  BODY_TOO_DEEP: [400, 'The body is nested too deeply'],
  BODY_TOO_MANY_KEYS: [400, 'The body has too many keys'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  BODY_REQUIRED: [400, 'A body is required'],
  CONTENT_TYPE_UNSUPPORTED: [415, 'The content type is not supported'],
  PARAMETER_INVALID: [400, 'A parameter is not valid'],
  REQUEST_INVALID: [422, 'The request is not valid'],
  VALUE_NOT_STORABLE: [422, 'A value cannot be stored'],
  ROUTE_NOT_FOUND: [404, 'There is nothing at this address'],
  METHOD_NOT_ALLOWED: [405, 'The method is not allowed here'],
  ORIGIN_REFUSED: [403, 'The origin is not allowed'],
  HOST_REFUSED: [403, 'The host name is not allowed'],
  DEFINITION_INVALID: [422, 'The definition has problems'],
  DEFINITION_NOT_FOUND: [404, 'There is no such definition'],
  VERSION_NOT_FOUND: [404, 'There is no such version'],
  VERSION_EXISTS: [409, 'The version is registered with other content'],
  VERSION_NOT_NEWER: [409, 'The version is not newer than the registered ones'],
  INPUT_INVALID: [422, 'The input does not fit the schema of the definition'],
  INSTANCE_NOT_FOUND: [404, 'There is no such instance'],
  INSTANCE_ID_INVALID: [422, 'The id cannot be used'],
  INSTANCE_EXISTS: [409, 'An instance with this id exists'],
  KEY_TAKEN: [409, 'An instance with this key exists'],
  INSTANCE_ENDED: [409, 'The instance has ended'],
  STEP_NOT_FOUND: [404, 'There is no such step'],
  ACTION_NOT_POSSIBLE: [409, 'The action is not possible now'],
  RESTART_NOT_POSSIBLE: [409, 'The instance cannot be restarted so'],
  ASK_NOT_FOUND: [404, 'There is no such ask'],
  ASK_NOT_OPEN: [409, 'The ask has been answered or is over'],
  ANSWER_INVALID: [422, 'The answer does not fit the ask'],
  EVENT_NOT_FOUND: [404, 'There is no such event'],
  EVENT_TAKEN: [409, 'The event has been taken'],
  TOO_MANY_EVENTS: [429, 'The instance keeps as many events as it may'],
  PAYLOAD_NOT_FOUND: [404, 'There is no such payload'],
  BULK_NOT_FOUND: [404, 'There is no such bulk job'],
  BULK_ENDED: [409, 'The bulk job has ended'],
  IDEMPOTENCY_KEY_INVALID: [400, 'The Idempotency-Key header is not valid'],
  IDEMPOTENCY_KEY_REUSED: [409, 'The Idempotency-Key was used for another request'],
  IDEMPOTENCY_KEY_IN_USE: [409, 'The first request with this Idempotency-Key is still being answered'],
  DATABASE_UNAVAILABLE: [503, 'The database cannot be reached'],
  OVERLOADED: [503, 'The gateway is overloaded'],
  MESSAGE_ID_REQUIRED: [400, 'The message has no message_id'],
  COMMAND_UNKNOWN: [404, 'There is no such command'],
  SUBSCRIPTION_LIMIT: [429, 'There are too many subscriptions'],
  RATE_LIMIT: [429, 'There are too many messages'],
  INTERNAL_ERROR: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof problemKinds;

/** Prefix of `type`; the documentation has a page for each code. */
export const problemTypeBase = 'https://orquestrax.dev/problems/';

/** Answers any operation may give. */
export const commonProblems = [
  'PARAMETER_INVALID',
  'ORIGIN_REFUSED',
  'HOST_REFUSED',
  'DATABASE_UNAVAILABLE',
  'INTERNAL_ERROR',
] as const satisfies ProblemCode[];
/** Answers any operation with a body may give. */
export const bodyProblems = [
  'BODY_INVALID',
  'BODY_REQUIRED',
  'BODY_TOO_DEEP',
  'BODY_TOO_MANY_KEYS',
  'BODY_TOO_LARGE',
  'CONTENT_TYPE_UNSUPPORTED',
  'REQUEST_INVALID',
  'VALUE_NOT_STORABLE',
] as const satisfies ProblemCode[];
/** Answers any POST may give, for its `Idempotency-Key`. */
export const idempotencyProblems = [
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_KEY_IN_USE',
] as const satisfies ProblemCode[];

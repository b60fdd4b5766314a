import type { JsonObject } from '#libs/engine';
import { isUuid } from '../connections/cursor.js';
import { isJsonObject } from '../payloads/spoilt.js';

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string';

/** Whether a request for a child is still one: it says what is to be started, and whom to answer. */
export function isStartRequest(content: JsonObject): boolean {
  const { workflow, version, input, key, queue, priority, parent } = content;
  if (typeof workflow !== 'string' || input === undefined || !isJsonObject(parent)) return false;
  const { instance, path, token } = parent;
  const isAnswerable = typeof instance === 'string' && isUuid(instance) && typeof path === 'string' && Number.isInteger(token);
  const isStorable = [version, key, queue].every(isTextOrAbsent) && (priority === undefined || Number.isInteger(priority));
  return isAnswerable && isStorable;
}

import type { OrquestraClient } from '#libs/client';
import { NotFoundError, UsageError } from '../cli-error.js';

const whole = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const beginning = /^[0-9a-f][0-9a-f-]{3,35}$/i;

/** The id itself, or the one instance whose id begins so. @throws UsageError, NotFoundError */
export async function resolveId(client: OrquestraClient, text: string): Promise<string> {
  if (whole.test(text)) return text.toLowerCase();
  if (!beginning.test(text))
    throw new UsageError(`expected an instance id or at least 4 characters of its beginning, but found "${text}"`);
  const found: string[] = [];
  for await (const { id } of client.listInstances({ idPrefix: text.toLowerCase(), pageSize: 5 })) {
    found.push(id);
    if (found.length === 5) break;
  }
  if (found.length === 1) return found[0] as string;
  if (found.length === 0)
    throw new NotFoundError(`no instance has an id that begins with ${text}`, 'List them: orquestra instance list');
  throw new UsageError(
    `expected one instance, but several ids begin with ${text}`,
    `For example ${found.slice(0, 3).join(', ')}`,
  );
}

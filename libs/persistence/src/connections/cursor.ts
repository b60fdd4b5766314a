/** A cursor we did not make, or one of another list. */
export class InvalidCursor extends Error {
  readonly code = 'INVALID_CURSOR';
  constructor(readonly cursor: string) {
    super('expected a cursor as it came in `next` of the page before, but was another text: start again without a cursor');
  }
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether PostgreSQL would take it for a uuid: anything else matches nothing, and must not become an error. */
export const isUuid = (text: string): boolean => uuid.test(text);

/** Opaque to clients: the kind of list and the id of the last item. */
export const writeCursor = (list: string, id: string): string => Buffer.from(`${list} ${id}`).toString('base64url');

const name = /^[a-z][a-z0-9._-]{0,99}$/;

/** Of lists that go by name. */
export const isName = (text: string): boolean => name.test(text);

/**
 * @param isId what the items of the list go by
 * @throws InvalidCursor
 */
export function readCursor(list: string, cursor: string, isId: (text: string) => boolean = isUuid): string {
  const [kind, id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (kind !== list || !isId(id)) throw new InvalidCursor(cursor);
  return id;
}

/** Items of all pages, each page fetched when the one before is used up. */
export async function* items<T>(
  fetchPage: (cursor?: string) => Promise<{ items: readonly T[]; next: string | null }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

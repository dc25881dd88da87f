/** One answer to a query. */
export interface Page<T> {
  records: T[];
  /** The server said that it holds more than it listed (Warning 299). */
  truncated: boolean;
}

/** Whether a listing can be relied on to be all there is. */
export type ListingEnd =
  | 'complete'
  /** The last page was full and nothing came after it: the end, or a server whose paging is broken. */
  | 'doubtful'
  /** The server ignores the offset, or says that there is more but does not give it. */
  | 'cut';

/** No archive answers so many pages; a server that invents records without end does. */
const MAX_PAGES = 10_000;

/**
 * All records of a query, page by page, each once.
 *
 * Moves on by what came back and not by what was asked for, since servers lower the limit silently; ends when a page
 * brings nothing new, so that a server which ignores the offset is not asked forever.
 *
 * @param expected how many records there are, where that is known: with so many it is at its end
 */
export async function* allPages<T>(
  ask: (limit: number, offset: number) => Promise<Page<T>>,
  key: (record: T) => string,
  limit: number,
  expected = Number.POSITIVE_INFINITY,
): AsyncGenerator<T, ListingEnd> {
  const seen = new Set<string>();
  let offset = 0;
  let last: Page<T> | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await ask(limit, offset);
    let fresh = 0;
    for (const record of page.records) {
      const k = key(record);
      if (seen.has(k)) continue;
      seen.add(k);
      fresh += 1;
      yield record;
    }
    if (fresh === 0) return endOf(last, page, limit);
    // Asking for a further page only to see that there is none would double the requests.
    if (seen.size >= expected && !page.truncated) return 'complete';
    offset += page.records.length;
    last = page;
  }
  return 'cut';
}

function endOf<T>(last: Page<T> | undefined, page: Page<T>, limit: number): ListingEnd {
  if (page.truncated || last?.truncated === true) return 'cut';
  if (last === undefined || last.records.length < limit) return 'complete';
  return page.records.length === 0 ? 'doubtful' : 'cut';
}

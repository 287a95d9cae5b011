/** MSK's pages: maxResults 1 to 100; the default is not documented. */
const pageSizeDefault = 100

/**
 * One page of a sorted list. The token is the sort key of the page's last item, so that a page stays right
 * when items come and go in between.
 */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string },
): { items: Item[]; nextToken: string | undefined } {
  const rest = NextToken === undefined ? [...items] : items.filter((item) => keyOf(item) > NextToken)
  const size = MaxResults ?? pageSizeDefault
  const shown = rest.slice(0, size)
  const last = shown.at(-1)
  const isLastPage = rest.length <= size || last === undefined
  return { items: shown, nextToken: isLastPage ? undefined : keyOf(last) }
}

/** For numbers in keys: the order of the text is the order of the numbers. */
export function sortable(value: number): string {
  return String(value).padStart(16, '0')
}

/** For pages in order of creation. */
export function creationKey({ createdAtMs, uuid }: { createdAtMs: number; uuid: string }): string {
  return `${sortable(createdAtMs)}/${uuid}`
}

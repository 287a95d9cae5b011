import { createHash } from 'node:crypto'
import { badRequest } from './exceptions.ts'

/** MSK's pages: maxResults 1 to 100; the default is not documented. */
const pageSizeDefault = 100

/**
 * One page of a sorted list. The token holds the sort key of the page's last item, so that a page stays right
 * when items come and go in between.
 */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string },
): { items: Item[]; nextToken: string | undefined } {
  const after = NextToken === undefined ? undefined : keyOfToken(NextToken)
  const rest = after === undefined ? [...items] : items.filter((item) => keyOf(item) > after)
  const size = MaxResults ?? pageSizeDefault
  const shown = rest.slice(0, size)
  const last = shown.at(-1)
  const isLastPage = rest.length <= size || last === undefined
  return { items: shown, nextToken: isLastPage ? undefined : tokenOfKey(keyOf(last)) }
}

/** For numbers in keys: the order of the text is the order of the numbers. */
export function sortable(value: number): string {
  return String(value).padStart(16, '0')
}

/** For pages in order of creation. */
export function creationKey({ createdAtMs, uuid }: { createdAtMs: number; uuid: string }): string {
  return `${sortable(createdAtMs)}/${uuid}`
}

function tokenOfKey(key: string): string {
  return Buffer.from(JSON.stringify([2, key, sealOf(key)])).toString('base64url')
}

function keyOfToken(token: string): string {
  try {
    const [version, key, seal] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [
      number,
      string,
      string,
    ]
    if (version === 2 && typeof key === 'string' && seal === sealOf(key)) return key
  } catch {
    // Falls through to the same answer as a token of another make.
  }
  throw badRequest('The parameter nextToken is not valid.', 'nextToken')
}

/** Whoever alters a token is told so, and gets no page from somewhere else. */
function sealOf(key: string): string {
  return createHash('sha256').update(`page after ${key}`).digest('base64url').slice(0, 12)
}

export const consoleRoot = '/_sluice/console/'

/** What has pages of its own: the first part of their paths. */
export type Kind = 'channels' | 'clusters' | 'queues' | 'streams'

/** Where somebody is: it is all in the address, so that an address can be handed on. */
interface Route {
  /** Whose page it is. Null: at home. Undefined: nowhere. */
  of: { kind: Kind; name: string } | null | undefined
  query: URLSearchParams
}

export function routeOf({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Route {
  const path = pathname.slice(consoleRoot.length)
  const query = new URLSearchParams(search)
  if (path === '') return { of: null, query }
  const [, kind, name = ''] = /^(channels|clusters|queues|streams)\/~?([\w.-]+)$/.exec(path) ?? []
  return { of: kind === undefined ? undefined : { kind: kind as Kind, name }, query }
}

type Query = Readonly<Record<string, string>>

export function pageAddress(kind: Kind, name: string, query: Query = {}): string {
  const text = new URLSearchParams(query).toString()
  // A stream may be called so, and browsers take it for the way to another page.
  const part = name === '.' || name === '..' ? `~${name}` : name
  return `${consoleRoot}${kind}/${part}${text === '' ? '' : `?${text}`}`
}

export function streamAddress(name: string, query: Query = {}): string {
  return pageAddress('streams', name, query)
}

/** Goes there without loading the page anew. */
export function go(address: string): void {
  history.pushState(null, '', address)
  dispatchEvent(new PopStateEvent('popstate'))
}

/** Notes in the address what somebody has chosen on this page; what is empty is not there. */
export function note(name: string, value: string): void {
  const query = new URLSearchParams(location.search)
  if (value === '') query.delete(name)
  else query.set(name, value)
  const text = query.toString()
  history.replaceState(null, '', location.pathname + (text === '' ? '' : `?${text}`))
}

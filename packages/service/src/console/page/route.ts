export const consoleRoot = '/_sluice/console/'

/** Where somebody is: it is all in the address, so that an address can be handed on. */
interface Route {
  /** Null: at home. Undefined: nowhere. */
  stream: string | null | undefined
  query: URLSearchParams
}

export function routeOf({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Route {
  const path = pathname.slice(consoleRoot.length)
  const stream = path === '' ? null : /^streams\/([\w.-]+)$/.exec(path)?.[1]
  return { stream, query: new URLSearchParams(search) }
}

export function streamAddress(name: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString()
  return `${consoleRoot}streams/${name}${text === '' ? '' : `?${text}`}`
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

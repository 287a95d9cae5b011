/**
 * Whether a Host header means this service: by the name of loopback, by an address, which nobody has looked up, or by a name
 * that it is known by. Any other name leads here because somebody's DNS says so: a browser takes what comes from there for its
 * page's own, and the page may be anybody's (DNS rebinding).
 */
export function isOwnHost(header: string, known: ReadonlySet<string>): boolean {
  const match = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header.trim())
  const [, ipv6, written = ''] = match ?? []
  if (ipv6 !== undefined) return /^[\da-f:.]*:[\da-f:.]*$/i.test(ipv6)
  const name = written.toLowerCase().replace(/\.$/, '')
  return /^[\d.]+$/.test(name) || name === 'localhost' || name.endsWith('.localhost') || known.has(name)
}

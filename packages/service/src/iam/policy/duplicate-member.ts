/**
 * The name of a member that an object in this JSON has twice, null where there is none: a parser keeps the last one and
 * says nothing, and with the first a condition, or a Deny, would be gone.
 */
export function duplicateMember(json: string): string | null {
  /** The members so far of each object that is open; null for a list. */
  const open: (Set<string> | null)[] = []
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.endsWith(':')) {
      const name = String(JSON.parse(token.slice(0, -1)))
      const members = open.at(-1)
      if (members?.has(name)) return name
      members?.add(name)
    }
  }
  return null
}

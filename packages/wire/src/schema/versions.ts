/** Versions as the schemas write them: '3', '3-7', '3+' or 'none'. */
export interface VersionRange {
  readonly min: number
  /** Below `min` when there is none; Infinity when open. */
  readonly max: number
}

const none: VersionRange = { min: 0, max: -1 }
const parsed = new Map<string, VersionRange>([['none', none]])

export function versionRange(text: string | undefined): VersionRange {
  if (text === undefined) return none
  let range = parsed.get(text)
  if (!range) {
    range = parse(text)
    parsed.set(text, range)
  }
  return range
}

export function inVersions(text: string | undefined, version: number): boolean {
  const range = versionRange(text)
  return version >= range.min && version <= range.max
}

function parse(text: string): VersionRange {
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text)
  if (!match) throw new SyntaxError(`versions '${text}'`)
  const min = Number(match[1])
  return { min, max: match[2] ? Number.POSITIVE_INFINITY : Number(match[3] ?? match[1]) }
}

import { isKnownKey } from './context-keys.ts'
import { MalformedPolicy } from './malformed-policy.ts'

/** Says what a policy variable (`aws:username`) stands for in a request; undefined where the request has none. */
export type Variables = (key: string) => readonly string[] | undefined

/** Stand for `*` and `?` in a compiled text, where both may also be meant as they are. */
const many = '\u0000'
const one = '\u0001'

/**
 * A text of a policy with wildcards (`*` any characters, `?` one) and, from version 2012-10-17 on, variables in `${…}`.
 * What a variable stands for is taken literally, and a text with a variable that stands for nothing matches nothing.
 */
export class Pattern {
  readonly text: string
  /** Texts and, at odd places, names of variables between them. */
  readonly #parts: readonly string[]
  readonly #whole: string | null
  readonly #kind: 'everything' | 'literal' | 'pieces' | 'wild'
  /** What stands between its `*`, where it has no other wildcard. */
  readonly #pieces: readonly string[]
  /** What everything begins with that it matches. */
  readonly start: string

  constructor(text: string, { wildcards = true, variables = true } = {}) {
    this.text = text
    this.#parts = partsOf(text, wildcards, variables)
    this.#whole = this.#parts.length === 1 ? (this.#parts[0] ?? '') : null
    const whole = this.#whole
    this.#pieces = whole?.split(many) ?? []
    this.start = this.#parts[0]?.split(many)[0]?.split(one)[0] ?? ''
    if (whole === many) this.#kind = 'everything'
    else if (whole === null || whole.includes(one)) this.#kind = 'wild'
    else this.#kind = this.#pieces.length === 1 ? 'literal' : 'pieces'
  }

  matches(value: string, variables: Variables): boolean {
    switch (this.#kind) {
      case 'everything':
        return true
      case 'literal':
        return value === this.#whole
      case 'pieces':
        return piecesMatch(this.#pieces, value)
      case 'wild': {
        const glob = this.#glob(variables)
        return glob !== null && globMatches(glob, value)
      }
    }
  }

  /** What follows `start` in a text that it matches, where there is one; each `*` there is `filler`. */
  witness(start: string, filler: string, variables: Variables): string | null {
    const glob = this.#glob(variables)
    if (glob === null) return null
    let places = withSkipped(glob, [0])
    for (const character of start) places = withSkipped(glob, stepped(glob, places, character))
    const [place] = places.sort((a, b) => b - a)
    if (place === undefined) return null
    return glob.slice(place).replaceAll(many, filler).replaceAll(one, 'x')
  }

  #glob(variables: Variables): string | null {
    if (this.#whole !== null) return this.#whole
    let glob = ''
    for (const [at, part] of this.#parts.entries()) {
      const text = at % 2 === 0 ? part : variables(part)?.[0]
      // A caller may choose what some variables stand for: a wildcard is none of that.
      if (text === undefined || (at % 2 === 1 && (text.includes(many) || text.includes(one)))) return null
      glob += text
    }
    return glob
  }
}

function partsOf(text: string, wildcards: boolean, variables: boolean): string[] {
  const parts = ['']
  const add = (more: string) => (parts[parts.length - 1] += more)
  const pieces = variables ? text.split(/(\$\{[^}]*\})/) : [text]
  for (const [at, piece] of pieces.entries()) {
    const name = piece.slice(2, -1)
    if (at % 2 === 1 && ['*', '?', '$'].includes(name)) add(name)
    else if (at % 2 === 1) parts.push(variableOf(name), '')
    else add(wildcards ? piece.replaceAll('*', many).replaceAll('?', one) : piece)
  }
  return parts
}

/** One that no request here has would match nothing, and a Deny with it would deny nothing. */
function variableOf(name: string): string {
  const key = name.toLowerCase()
  if (!isKnownKey(key)) throw new MalformedPolicy(`Policy variable is not known here: \${${name}}`)
  return key
}

/** The first piece begins the value, the last ends it, the others follow each other between them. */
function piecesMatch(pieces: readonly string[], value: string): boolean {
  const first = pieces[0] ?? ''
  const last = pieces[pieces.length - 1] ?? ''
  const end = value.length - last.length
  if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) return false
  let from = first.length
  for (let at = 1; at < pieces.length - 1; at++) {
    const piece = pieces[at] ?? ''
    const found = value.indexOf(piece, from)
    if (found < 0) return false
    from = found + piece.length
  }
  return from <= end
}

/** Goes back to the last `*` alone, so that it takes no more than the product of both lengths. */
function globMatches(glob: string, value: string): boolean {
  let [at, in_, star, starIn] = [0, 0, -1, 0]
  while (in_ < value.length) {
    const wanted = glob[at]
    if (wanted === many) {
      star = at++
      starIn = in_
    } else if (wanted === one || (wanted !== undefined && wanted === value[in_])) {
      at++
      in_++
    } else if (star >= 0) {
      at = star + 1
      in_ = ++starIn
    } else return false
  }
  while (glob[at] === many) at++
  return at === glob.length
}

/** The places in a glob that are reached with one more character. */
function stepped(glob: string, places: readonly number[], character: string): number[] {
  return places.flatMap((place) => {
    if (glob[place] === many) return [place]
    return glob[place] === one || glob[place] === character ? [place + 1] : []
  })
}

/** With those that are reached where a `*` stands for nothing more. */
function withSkipped(glob: string, places: readonly number[]): number[] {
  const all = new Set<number>()
  for (let place of places) {
    all.add(place)
    while (glob[place] === many) all.add(++place)
  }
  return [...all]
}

import { UsageError } from '../../usage-error.ts'

/** What stands as it is, or a verb such as `%k` with what its braces say. */
export type FormatPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'verb'; readonly verb: string; readonly modifier: string | null }

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '0': '\0' }

/** A format's pieces. Braces inside braces are the inner format's own. */
export function parseFormat(format: string): FormatPiece[] {
  const pieces: FormatPiece[] = []
  let text = ''
  const endText = () => {
    if (text !== '') pieces.push({ kind: 'text', text })
    text = ''
  }
  for (let at = 0; at < format.length; ) {
    const character = format.charAt(at)
    const next = format.charAt(at + 1)
    if (character === '\\') {
      const hex = /^x([0-9a-fA-F]{2})/.exec(format.slice(at + 1))?.[1]
      if (hex === undefined && escapes[next] === undefined)
        throw new UsageError(`A format has no \\${next}: it has \\n, \\t, \\r, \\\\, \\0 and \\x00.`)
      text += hex === undefined ? escapes[next] : String.fromCharCode(Number.parseInt(hex, 16))
      at += hex === undefined ? 2 : 4
    } else if (character !== '%') {
      text += character
      at++
    } else if ('%{}'.includes(next) && next !== '') {
      text += next
      at += 2
    } else {
      if (next === '') throw new UsageError('A format ends in a %: two of them are one.')
      const end = format.charAt(at + 2) === '{' ? closingBrace(format, at + 2) : at + 1
      const modifier = end > at + 1 ? format.slice(at + 3, end) : null
      endText()
      pieces.push({ kind: 'verb', verb: next, modifier })
      at = end + 1
    }
  }
  endText()
  return pieces
}

function closingBrace(format: string, from: number): number {
  let depth = 0
  for (let at = from; at < format.length; at++) {
    if (format.charAt(at) === '%' && '{}'.includes(format.charAt(at + 1)) && format.charAt(at + 1) !== '')
      at++
    else if (format.charAt(at) === '{') depth++
    else if (format.charAt(at) === '}' && --depth === 0) return at
  }
  throw new UsageError(`A brace of the format is not closed: ${format.slice(from)}`)
}

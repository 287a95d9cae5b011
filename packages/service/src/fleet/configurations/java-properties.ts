/**
 * The text form of Java properties: `name = value` lines with comments, continuation lines and escapes (Java SE API,
 * java.util.Properties.load). A name that comes twice has its last value.
 */
export function parseJavaProperties(bytes: Uint8Array): PropertiesResult {
  const properties: Record<string, string> = Object.create(null)
  for (const { text, line } of logicalLines(textOf(bytes))) {
    const { name, value } = splitEntry(text)
    const bad = [name, value].find((part) => unescaped(part) === null)
    if (bad !== undefined)
      return { problem: `Line ${line} has a malformed \\uxxxx escape: ${bad.slice(0, 80)}` }
    properties[unescaped(name) as string] = unescaped(value) as string
  }
  return { properties: Object.fromEntries(Object.entries(properties)) }
}

type PropertiesResult = { properties: Record<string, string> } | { problem: string }

/** Files are UTF-8 today and were ISO 8859-1 by definition once: what is not the one is the other. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/** Lines that hold an entry, continued ones joined; `line` counts from 1 and is where the entry starts. */
function logicalLines(text: string): { text: string; line: number }[] {
  const entries: { text: string; line: number }[] = []
  let open: { text: string; line: number } | null = null
  for (const [at, natural] of text.split(/\r\n|\r|\n/).entries()) {
    const trimmed = natural.replace(/^[ \t\f]+/, '')
    if (open === null && (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!'))) continue
    const isContinued = (/\\*$/.exec(trimmed)?.[0].length ?? 0) % 2 === 1
    const part = isContinued ? trimmed.slice(0, -1) : trimmed
    const entry: { text: string; line: number } = open ?? { text: '', line: at + 1 }
    entry.text += part
    open = isContinued ? entry : null
    if (!open) entries.push(entry)
  }
  if (open && open.text !== '') entries.push(open)
  return entries
}

/** The name ends at the first `=`, `:` or blank that is not escaped; blanks and one separator belong to neither. */
function splitEntry(text: string): { name: string; value: string } {
  const name = /^(?:\\.|[^\\=: \t\f])*/s.exec(text)?.[0] ?? ''
  const separator = /^[ \t\f]*[=:]?[ \t\f]*/.exec(text.slice(name.length))?.[0] ?? ''
  return { name, value: text.slice(name.length + separator.length) }
}

const escapes: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f' }

/** Null where an escape is malformed. A backslash before any other character only drops out. */
function unescaped(text: string): string | null {
  let isMalformed = false
  const plain = text.replace(
    /\\(u([0-9A-Fa-f]{4})|.|$)/gs,
    (_all, escape: string, hex: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      if (escape === 'u') isMalformed = true
      return escapes[escape] ?? escape
    },
  )
  return isMalformed ? null : plain
}

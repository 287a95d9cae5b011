/** The text of a Java properties file (java.util.Properties, load): in the given order, read as ISO 8859-1. */
export function propertiesText(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${escape(name, /[\\ \t\n\r\f=:#!]/g)}=${escapeValue(value)}\n`)
    .join('')
}

/** In a value only what would be read as an escape, end the line or be trimmed off has to be escaped. */
function escapeValue(value: string): string {
  return escape(value, /[\\\n\r\f]|^[ \t]+/g)
}

const letters: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f' }

function escape(text: string, special: RegExp): string {
  const escaped = text.replace(special, (run) =>
    run
      .split('')
      .map((character) => letters[character] ?? `\\${character}`)
      .join(''),
  )
  return escaped.replace(/[^\t -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** One value of a properties file that Kafka wrote (meta.properties): plain ASCII, one property a line. */
export function propertyOf(text: string, name: string): string | null {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}=`))
  return line === undefined ? null : line.slice(name.length + 1).trim()
}

/** One call of an AWS API. */
export interface Call {
  service: 'kinesis' | 'monitoring'
  operation: string
  input: Readonly<Record<string, unknown>>
}

/** What stands in a form, by the names of its fields. */
export type Values = Readonly<Record<string, string>>

/** One of Kinesis. */
export function kinesis(operation: string, input: Record<string, unknown>): Call {
  return { service: 'kinesis', operation, input }
}

const cliNames = { kinesis: 'kinesis', monitoring: 'cloudwatch' } as const

/** The same call as a command of the AWS CLI, for a POSIX shell. */
export function commandOf({ service, operation, input }: Call): string {
  const flags = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => flagOf(kebab(name), value))
  return ['aws', cliNames[service], kebab(operation), ...flags].join(' ')
}

function flagOf(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? `--${name}` : `--no-${name}`
  if (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return `--${name} ${value.map(shellWord).join(' ')}`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // What begins with a dash would be taken for a flag.
  return `--${name}${text.startsWith('-') ? '=' : ' '}${shellWord(text)}`
}

/** `StreamARN` is `stream-arn`, and `MaxRecordSizeInKiB` is `max-record-size-in-ki-b`, as the AWS CLI has them. */
function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
}

/** One word to a POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

export type ConfigType =
  | 'boolean'
  | 'string'
  | 'int'
  | 'short'
  | 'long'
  | 'double'
  | 'list'
  | 'class'
  | 'password'

/** A long of 2^63 - 1 is the double 2^63, as on the wire. */
export type ConfigValue = boolean | number | string | readonly string[] | null

/** read-only: only from the static properties; cluster-wide: for all brokers or one; per-broker: only for one. */
type UpdateMode = 'read-only' | 'cluster-wide' | 'per-broker'

/** A broker config that gives a topic config its default, perhaps in a larger unit of time. */
export interface BrokerSynonym {
  name: string
  multiplier: number
}

export interface ConfigDefinition {
  name: string
  type: ConfigType
  /** As DescribeConfigs sends it. */
  default: string | null
  required: boolean
  /** DescribeConfigs leaves it out unless it is set. */
  internal: boolean
  updateMode: UpdateMode
  /** Broker configs have themselves (and what stands in for them); the first that is set wins. */
  synonyms: readonly BrokerSynonym[]
  min?: number
  max?: number
  oneOf?: readonly string[]
  oneOfIgnoringCase?: readonly string[]
  /** The only values beside the range: `accepts` of a config whose range has a hole. */
  accepts?: readonly string[]
  list?: { anyOf?: readonly string[]; emptyAllowed: boolean; nullAllowed: boolean }
  format?: string
  nonEmpty?: boolean
  validator?: string
}

export type ConfigCheck = { ok: true; parsed: ConfigValue } | { ok: false; error: string }

const integerRanges = {
  short: [-32768n, 32767n],
  int: [-2147483648n, 2147483647n],
  long: [-9223372036854775808n, 9223372036854775807n],
} as const

/** Text to value as Apache Kafka reads it: surrounding blanks do not count. */
export function parseConfigValue(definition: ConfigDefinition, value: string | null): ConfigCheck {
  if (value === null) return { ok: true, parsed: null }
  const text = value.trim()
  const refuse = (why: string): ConfigCheck => refusal(definition.name, value, why)
  switch (definition.type) {
    case 'boolean': {
      const lower = text.toLowerCase()
      if (lower !== 'true' && lower !== 'false') return refuse('Expected value to be either true or false')
      return { ok: true, parsed: lower === 'true' }
    }
    case 'short':
    case 'int':
    case 'long': {
      const number = parseInteger(text, definition.type)
      if (number === null) return refuse(`Not a number of type ${definition.type.toUpperCase()}`)
      return { ok: true, parsed: number }
    }
    case 'double': {
      const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?$/i.test(text)
        ? Number.parseFloat(text)
        : Number.NaN
      return Number.isNaN(number) ? refuse('Not a number of type DOUBLE') : { ok: true, parsed: number }
    }
    case 'list':
      return { ok: true, parsed: text === '' ? [] : text.split(/\s*,\s*/) }
    case 'password':
      return { ok: true, parsed: value }
    case 'string':
    case 'class':
      return { ok: true, parsed: text }
  }
}

function parseInteger(text: string, type: keyof typeof integerRanges): number | null {
  if (!/^[+-]?\d{1,20}$/.test(text)) return null
  const exact = BigInt(text.replace('+', ''))
  const [min, max] = integerRanges[type]
  return exact < min || exact > max ? null : Number(exact)
}

/** What the definition refuses in a parsed value, as a sentence; null when it is fine. */
export function checkRules(
  definition: ConfigDefinition,
  parsed: ConfigValue,
  value: string | null,
): string | null {
  const { name } = definition
  if (definition.list) return checkList(definition, parsed, value)
  if (parsed === null) return null
  const refuse = (why: string) => sentence(name, String(value).trim(), why)
  if (typeof parsed === 'number') return checkNumber(definition, parsed)
  if (definition.nonEmpty && parsed === '') return refuse('String must be non-empty')
  if (definition.oneOf && !definition.oneOf.includes(String(parsed)))
    return refuse(`String must be one of: ${definition.oneOf.join(', ')}`)
  const lower = String(parsed).toLowerCase()
  if (
    definition.oneOfIgnoringCase &&
    !definition.oneOfIgnoringCase.some((one) => one.toLowerCase() === lower)
  )
    return refuse(`String must be one of (case insensitive): ${definition.oneOfIgnoringCase.join(', ')}`)
  return definition.format ? checkFormat(definition, parsed) : null
}

function checkNumber(definition: ConfigDefinition, parsed: number): string | null {
  const { min, max, accepts, name } = definition
  const text = definition.type === 'double' && Number.isInteger(parsed) ? `${parsed}.0` : String(parsed)
  if (accepts && !accepts.includes(String(parsed)))
    return sentence(name, text, `Value must be one of: ${accepts.join(', ')}`)
  if (min !== undefined && parsed < min) return sentence(name, text, `Value must be at least ${min}`)
  if (max !== undefined && parsed > max) return sentence(name, text, `Value must be no more than ${max}`)
  return null
}

function checkList(definition: ConfigDefinition, parsed: ConfigValue, value: string | null): string | null {
  const { name, list } = definition
  if (!list) return null
  if (parsed === null) return list.nullAllowed ? null : `Configuration '${name}' values must not be null.`
  const entries = parsed as readonly string[]
  if (entries.length === 0)
    return list.emptyAllowed ? null : `Configuration '${name}' must not be empty. Valid values: any`
  if (entries.includes('')) return `Configuration '${name}' values must not be empty.`
  if (new Set(entries).size < entries.length) return `Configuration '${name}' values must not be duplicated.`
  const strange = list.anyOf && entries.find((entry) => !list.anyOf?.includes(entry))
  if (strange !== undefined)
    return sentence(name, String(value).trim(), `String must be one of: ${list.anyOf?.join(', ')}`)
  return null
}

const throttledReplica = /^\d+:\d+$/
const offsetResetDuration = /^by_duration:P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/i

/** The two texts with a grammar: throttled replicas of a topic, and where a share group starts to read. */
function checkFormat(definition: ConfigDefinition, parsed: ConfigValue): string | null {
  const { name, format } = definition
  if (definition.type === 'list') {
    const entries = parsed as readonly string[]
    if (entries.length === 0 || (entries.length === 1 && entries[0] === '*')) return null
    if (entries.every((entry) => throttledReplica.test(entry))) return null
    return sentence(
      name,
      `[${entries.join(', ')}]`,
      `must be the literal '*' or a list of replicas: ${format}`,
    )
  }
  const text = String(parsed)
  if (text === 'latest' || text === 'earliest' || offsetResetDuration.test(text)) return null
  return sentence(name, text, `must be one of ${format}`)
}

export function sentence(name: string, value: string, why: string): string {
  return `Invalid value ${value} for configuration ${name}: ${why}`
}

function refusal(name: string, value: string, why: string): ConfigCheck {
  return { ok: false, error: sentence(name, value, why) }
}

/** The value as DescribeConfigs sends it back: blanks trimmed, numbers and booleans in their plain form. */
export function configValueText(definition: ConfigDefinition, value: string | null): string | null {
  if (value === null) return null
  const text = value.trim()
  switch (definition.type) {
    case 'boolean':
      return text.toLowerCase()
    case 'list':
      return text.split(/\s*,\s*/).join(',')
    case 'double':
      return /^[+-]?\d+$/.test(text) ? `${text}.0` : text
    case 'short':
    case 'int':
    case 'long':
      return /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')).toString() : text
    default:
      return text
  }
}

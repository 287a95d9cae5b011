export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Facts beside a message: plain values, no secrets. */
type LogFields = Record<string, unknown>

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The least that it writes now. */
  readonly level: LogLevel
  /** A logger that adds `fields` to every line, and that writes from another level on while `own` says so. */
  with(fields: LogFields, own?: () => LogLevel | null): Logger
}

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** One line a message, `time LEVEL message key=value …`, through `write`. */
export function lineLogger(
  write: (line: string) => void,
  level: LogLevel | (() => LogLevel),
  now: () => number,
  base: LogFields = {},
): Logger {
  const levelNow = typeof level === 'string' ? () => level : level
  const log = (at: LogLevel, message: string, fields: LogFields = {}) => {
    if (rank[at] < rank[levelNow()]) return
    const facts = Object.entries({ ...base, ...fields }).map(([key, value]) => `${key}=${text(value)}`)
    write([new Date(now()).toISOString(), at.toUpperCase(), message, ...facts].join(' '))
  }
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    get level() {
      return levelNow()
    },
    with: (fields, own) =>
      lineLogger(write, own ? () => own() ?? levelNow() : level, now, { ...base, ...fields }),
  }
}

function text(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message)
  return typeof value === 'string' && /^[^\s"=]+$/.test(value)
    ? value
    : (JSON.stringify(value, withoutBigints) ?? 'undefined')
}

/** JSON knows no bigint; an int64 that a number cannot hold stands there as its digits. */
function withoutBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  level: 'error',
  with: () => silentLogger,
}

import type { LogLevel } from '@sluice/effects'
import { AlterConfigOp, ErrorCode } from '@sluice/wire'

/** The one logger that there is. */
const root = 'root'

/** As Log4j has them, and what they are here. */
const levels: ReadonlyMap<string, LogLevel> = new Map([
  ['FATAL', 'error'],
  ['ERROR', 'error'],
  ['WARN', 'warn'],
  ['INFO', 'info'],
  ['DEBUG', 'debug'],
  ['TRACE', 'debug'],
])

interface Change {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

interface Problem {
  readonly errorCode: ErrorCode
  readonly errorMessage: string
}

/** What of a node's log is written, until its next start (KIP-412). */
export class LogLevels {
  readonly #inherited: LogLevel
  #own: string | null = null

  constructor(inherited: LogLevel) {
    this.#inherited = inherited
  }

  /** Null while nothing is set. */
  get own(): LogLevel | null {
    return (this.#own !== null && levels.get(this.#own)) || null
  }

  /** By the names of loggers. */
  all(): ReadonlyMap<string, string> {
    return new Map([[root, this.#own ?? this.#inherited.toUpperCase()]])
  }

  /** All of it, or nothing where anything is wrong. */
  alter(changes: readonly Change[], validateOnly: boolean): Problem | null {
    const problem = changesProblem(changes) ?? firstProblem(changes)
    if (problem || validateOnly) return problem
    for (const { value } of changes) this.#own = value
    return null
  }
}

function changesProblem(changes: readonly Change[]): Problem | null {
  if (new Set(changes.map(({ name }) => name)).size < changes.length)
    return invalidRequest('Error due to duplicate config keys')
  const isNull = ({ value, configOperation }: Change) =>
    value === null && configOperation !== AlterConfigOp.delete
  return changes.some(isNull) ? invalidRequest('A level cannot be null.') : null
}

function firstProblem(changes: readonly Change[]): Problem | null {
  for (const { name, configOperation, value } of changes) {
    const isSet = configOperation === AlterConfigOp.set
    if (!isSet && configOperation !== AlterConfigOp.delete)
      return invalidRequest('A level can be set, and nothing be added to it or taken from it.')
    if (name !== root) return invalidConfig(`There is no logger ${name}.`)
    if (!isSet) return invalidRequest('The root logger keeps a level.')
    if (!levels.has(value ?? '')) return invalidConfig(`There is no level ${value}.`)
  }
  return null
}

function invalidRequest(errorMessage: string): Problem {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage }
}

function invalidConfig(errorMessage: string): Problem {
  return { errorCode: ErrorCode.INVALID_CONFIG, errorMessage }
}

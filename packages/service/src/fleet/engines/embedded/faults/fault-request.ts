import type { FaultOptions } from '@sluice/engine'

/** A fault as it comes from outside: where, how often, and one thing that happens. */
export interface FaultRequest extends FaultOptions {
  readonly api: string
  readonly error?: string
  readonly delayMs?: number
  readonly throttleMs?: number
  readonly drop?: boolean
  readonly disconnect?: boolean
  /** Of the last two: only the answer is lost. */
  readonly served?: boolean
}

export interface FaultReport {
  readonly text: string
  readonly fired: number
  /** Null: as often as there is reason to. */
  readonly left: number | null
}

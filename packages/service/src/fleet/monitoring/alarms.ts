import { join } from 'node:path'
import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import type { Place } from '../place.ts'
import { RecordStore } from '../record-store.ts'
import { type AlarmState, stateOf } from './alarm-state.ts'
import type { MetricStore } from './metric-store.ts'

/** One alarm as it is kept in `<data>/alarms/<uuid>.json`. What was asked for keeps AWS's shape. */
export interface AlarmRecord {
  formatVersion: 1
  arn: string
  uuid: string
  name: string
  createdAtMs: number
  configuredAtMs: number
  wanted: PutMetricAlarmInput
  state: AlarmState
  stateReason: string
  stateUpdatedAtMs: number
  tags: Record<string, string>
}

interface AlarmsOptions {
  dataDirectory: string
  metrics: MetricStore
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
}

/** The alarms of CloudWatch, which have states and set off nothing. */
export class Alarms {
  readonly #options: AlarmsOptions
  readonly #store: RecordStore<AlarmRecord>

  constructor(options: AlarmsOptions) {
    this.#options = options
    this.#store = new RecordStore<AlarmRecord>({
      ...options,
      directory: join(options.dataDirectory, 'alarms'),
      noun: 'alarm',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['wanted', 'state'],
      loss: 'the alarm is then unknown',
    })
  }

  /** Reads what is on disk. */
  load(): void {
    this.#store.load()
  }

  /** By name. */
  list(): AlarmRecord[] {
    return this.#store.list().sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  byName(name: string): AlarmRecord | undefined {
    return this.#store.byName(name)
  }

  arnOf(name: string): string {
    const { partition, region, account } = this.#options.place
    return `arn:${partition}:cloudwatch:${region}:${account}:alarm:${name}`
  }

  /** Also in place of one of this name, whose state stays until the next look. Durable when it returns. */
  put(name: string, wanted: PutMetricAlarmInput, tags: Record<string, string>): void {
    const { clock, random } = this.#options
    const known = this.byName(name)
    const nowMs = clock.now()
    if (known) {
      this.#store.update(known.uuid, { wanted, configuredAtMs: nowMs })
      return
    }
    this.#store.insert({
      formatVersion: 1,
      arn: this.arnOf(name),
      uuid: random.uuid(),
      name,
      createdAtMs: nowMs,
      configuredAtMs: nowMs,
      wanted,
      state: 'INSUFFICIENT_DATA',
      stateReason: 'Unchecked: Initial alarm creation',
      stateUpdatedAtMs: nowMs,
      tags,
    })
  }

  delete({ uuid }: AlarmRecord): void {
    this.#store.remove(uuid)
  }

  evaluate(nowMs: number): void {
    for (const { uuid, name, wanted, state: before } of this.list()) {
      const { state, reason } = stateOf(wanted, before, this.#options.metrics, nowMs)
      if (state === before) continue
      this.#store.note(uuid, { state, stateReason: reason, stateUpdatedAtMs: nowMs })
      this.#options.logger.info('an alarm has another state', { alarm: name, state, before })
    }
  }
}

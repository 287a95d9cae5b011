import { ConfigRecord, type ValueOf } from '@sluice/wire'
import { type NewRecord, newRecord } from './records.ts'

export interface ConfigResource {
  readonly type: number
  readonly name: string
}

interface Entry extends ConfigResource {
  readonly values: Map<string, string>
  revision: number
}

const noValues: ReadonlyMap<string, string> = new Map()

/** The dynamic configs of all resources. The broker resource '' holds what is meant for all brokers. */
export class ConfigsImage {
  readonly #entries = new Map<string, Entry>()
  #revision = 0

  /** Rises with each change of any resource. */
  get revision(): number {
    return this.#revision
  }

  of(type: number, name: string): ReadonlyMap<string, string> {
    return this.#entries.get(keyOf(type, name))?.values ?? noValues
  }

  /** Rises with each change of the resource; 0 while it has no configs. */
  revisionOf(type: number, name: string): number {
    return this.#entries.get(keyOf(type, name))?.revision ?? 0
  }

  /** Resources with at least one config. */
  resources(type?: number): ConfigResource[] {
    const all = [...this.#entries.values()]
    return type === undefined ? all : all.filter((entry) => entry.type === type)
  }

  replay(record: ValueOf<typeof ConfigRecord>): void {
    const { resourceType, resourceName, name, value } = record
    const key = keyOf(resourceType, resourceName)
    let entry = this.#entries.get(key)
    if (!entry) {
      if (value === null) return
      entry = { type: resourceType, name: resourceName, values: new Map(), revision: 0 }
      this.#entries.set(key, entry)
    }
    if (value === null) entry.values.delete(name)
    else entry.values.set(name, value)
    entry.revision = ++this.#revision
    if (entry.values.size === 0) this.#entries.delete(key)
  }

  /** The configs of a topic go with it; no record says so. */
  remove(type: number, name: string): void {
    if (this.#entries.delete(keyOf(type, name))) this.#revision++
  }

  records(): NewRecord[] {
    return [...this.#entries.values()].flatMap((entry) =>
      [...entry.values].map(([name, value]) =>
        newRecord(ConfigRecord, { resourceType: entry.type, resourceName: entry.name, name, value }),
      ),
    )
  }
}

function keyOf(type: number, name: string): string {
  return `${type}:${name}`
}

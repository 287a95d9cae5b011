import { join } from 'node:path'
import type { Disk, Logger } from '@sluice/effects'
import { assert } from '@sluice/effects'
import { upgradedRecord } from './cluster-record-upgrade.ts'
import type { ClusterRecord } from './cluster-record.ts'
import { OperatingError } from '../operating-error.ts'

/**
 * The clusters, one JSON file each: `<data>/clusters/<uuid>/cluster.json`, replaced whole and durable before a
 * change is answered. Reads come from memory.
 */
export class ClusterStore {
  readonly #disk: Disk
  readonly #logger: Logger
  readonly #root: string
  readonly #records = new Map<string, ClusterRecord>()

  constructor(options: { disk: Disk; logger: Logger; dataDirectory: string }) {
    this.#disk = options.disk
    this.#logger = options.logger
    this.#root = join(options.dataDirectory, 'clusters')
  }

  /** Reads what is on disk. A file that cannot be understood is an error: it may hold a cluster's only trace. */
  load(): void {
    if (!this.#disk.existsSync(this.#root)) return
    for (const { name, isDirectory } of this.#disk.readdirSync(this.#root)) {
      if (!isDirectory) continue
      const path = this.#file(name)
      // The record is written first and removed last: a directory without one was never a cluster, or no more.
      if (this.#disk.existsSync(path)) this.#records.set(name, this.#read(path, name))
      else
        this.#logger.warn('directory without a cluster record is left alone', { path: this.directory(name) })
    }
  }

  /** In order of creation. */
  list(): ClusterRecord[] {
    return [...this.#records.values()].sort(
      (a, b) => a.createdAtMs - b.createdAtMs || (a.uuid < b.uuid ? -1 : 1),
    )
  }

  get(uuid: string): ClusterRecord | undefined {
    return this.#records.get(uuid)
  }

  byArn(arn: string): ClusterRecord | undefined {
    const record = this.#records.get(arn.slice(arn.lastIndexOf('/') + 1))
    return record?.arn === arn ? record : undefined
  }

  byName(name: string): ClusterRecord | undefined {
    return this.list().find((record) => record.name === name)
  }

  directory(uuid: string): string {
    return join(this.#root, uuid)
  }

  /** Durable when it returns. Throws the disk's error; then the cluster is not in the store. */
  insert(record: ClusterRecord): void {
    assert(!this.#records.has(record.uuid), `cluster ${record.uuid} is in the store already`)
    this.#disk.mkdirSync(this.directory(record.uuid))
    try {
      this.#write(record)
      this.#disk.syncDirectorySync(this.#root)
    } catch (error) {
      this.#disk.removeSync(this.directory(record.uuid))
      throw error
    }
    this.#records.set(record.uuid, record)
  }

  /** Durable when it returns. Throws the disk's error; then nothing has changed. */
  update(uuid: string, change: Partial<ClusterRecord>): ClusterRecord {
    const record = { ...this.#need(uuid), ...change }
    this.#write(record)
    this.#records.set(uuid, record)
    return record
  }

  /**
   * Notes what was observed. The next start observes it anew, so it counts at once, and a disk that cannot take
   * it (it may be what is wrong) is only logged.
   */
  observe(uuid: string, seen: Pick<ClusterRecord, 'state' | 'stateInfo'>): void {
    const old = this.#need(uuid)
    if (old.state === seen.state && JSON.stringify(old.stateInfo) === JSON.stringify(seen.stateInfo)) return
    const record = { ...old, ...seen }
    this.#records.set(uuid, record)
    try {
      this.#write(record)
    } catch (error) {
      this.#logger.warn('the state of a cluster could not be stored', { cluster: record.name, error })
    }
  }

  /** Removes all that the cluster has on disk, its record last, so that a crash on the way is taken up again. */
  remove(uuid: string): void {
    const directory = this.directory(uuid)
    for (const { name } of this.#disk.readdirSync(directory))
      if (name !== 'cluster.json') this.#disk.removeSync(join(directory, name))
    this.#disk.removeSync(this.#file(uuid))
    this.#disk.removeSync(directory)
    this.#disk.syncDirectorySync(this.#root)
    this.#records.delete(uuid)
  }

  #need(uuid: string): ClusterRecord {
    const record = this.#records.get(uuid)
    assert(record, `cluster ${uuid} is not in the store`)
    return record
  }

  #file(uuid: string): string {
    return join(this.directory(uuid), 'cluster.json')
  }

  #write(record: ClusterRecord): void {
    this.#disk.writeFileAtomicSync(this.#file(record.uuid), `${JSON.stringify(record, null, 2)}\n`)
  }

  #read(path: string, uuid: string): ClusterRecord {
    const problem = (why: string, cause?: unknown) =>
      new OperatingError(`The cluster record ${path} cannot be read.`, {
        code: 'CLUSTER_RECORD_CORRUPT',
        why,
        next: `Repair the file, or move the directory ${this.directory(uuid)} away: its cluster is then unknown.`,
        cause,
      })
    let record: Partial<ClusterRecord> | null
    try {
      record = JSON.parse(this.#disk.readFileSync(path).toString())
    } catch (error) {
      throw problem(`${(error as Error).message}.`, error)
    }
    record = record && (upgradedRecord(record as Record<string, unknown>) as Partial<ClusterRecord>)
    if (record?.formatVersion !== 3)
      throw problem(`Its formatVersion is ${record?.formatVersion}; this release reads 1 to 3.`)
    for (const member of [
      'arn',
      'name',
      'state',
      'currentVersion',
      'spec',
      'nodes',
      'ports',
      'tags',
      'engine',
      'changes',
    ] as const)
      if (record[member] === undefined) throw problem(`It has no ${member}.`)
    if (record.uuid !== uuid) throw problem(`It names the cluster ${record.uuid}, not that of its directory.`)
    return record as ClusterRecord
  }
}

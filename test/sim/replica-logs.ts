import type { MemoryDisk } from '@sluice/effects'
import { readRecords, RecordBatch } from '@sluice/wire'
import { isCompacted } from './compaction.ts'
import type { Ledger } from './ledger.ts'
import type { PartitionFacts } from './metadata-view.ts'
import type { Story } from './story.ts'

/** The log of one replica, as it stands on its disk. */
interface ReplicaLog {
  readonly endOffset: number
  readonly values: ReadonlyMap<number, string>
}

interface Batch {
  readonly crc: number
  /** By their distance from the first offset. */
  readonly values: ReadonlyMap<number, string>
}

/** A batch, and on whose disks it has been found. */
interface FoundBatch extends Batch {
  /** The only broker, whose disk had refused something; null: it is the log's for good. */
  doubtedOn: number | null
}

/** Whose disk it is, and what is to be thought of it. */
interface ReplicaDisk {
  readonly brokerId: number
  readonly disk: MemoryDisk
  readonly directory: string
  /** Whether it has refused something to the process that has it now. */
  readonly hasRefused: boolean
}

/**
 * What the replicas of a partition have on their disks.
 *
 * - A batch that a leader has written in an epoch at an offset is the same wherever and whenever it is found. What the
 *   leader was refused is none: where the disk would not take it back either, it stands behind the log's end, for nobody
 *   to see, until the next append. So a batch on a disk that has refused something counts once another broker has it.
 * - Who is in sync has all that is committed, and the same.
 */
export class ReplicaLogs {
  readonly #story: Story
  readonly #ledger: Ledger
  readonly #compacts: boolean
  /** By topic id, partition, epoch and offset. */
  readonly #batches = new Map<string, FoundBatch>()

  constructor(story: Story, ledger: Ledger, { compacts }: { compacts: boolean }) {
    this.#story = story
    this.#ledger = ledger
    this.#compacts = compacts
  }

  /** `hasLost`: the replica has lost unsynced writes and is not filled again. */
  check(
    partitions: Iterable<PartitionFacts>,
    disks: readonly ReplicaDisk[],
    hasLost: (partition: PartitionFacts, brokerId: number) => boolean,
  ): void {
    for (const partition of partitions)
      for (const replica of disks) {
        const { brokerId } = replica
        if (!partition.replicas.includes(brokerId)) continue
        const log = this.read(partition, replica)
        if (!partition.isr.includes(brokerId) || hasLost(partition, brokerId)) continue
        const name = `${partition.topic}-${partition.index}`
        const problem = this.#ledger.problemIn(name, {
          ...log,
          isCompacted: this.#compacts && isCompacted(partition.topic),
        })
        if (problem !== null)
          this.#story.violated(
            `${name} on broker ${brokerId}, which is in sync with leader ${partition.leader}: ${problem}`,
          )
      }
  }

  /**
   * An idempotent producer's records stand in their order, each of them once. What is deleted says nothing: a replica
   * that begins where the leader's log begins knows no producer of what was below.
   */
  checkProducers(partitions: Iterable<PartitionFacts>, disks: readonly ReplicaDisk[]): void {
    for (const partition of partitions) {
      const name = `${partition.topic}-${partition.index}`
      if (this.#ledger.isForgiven(name)) continue
      for (const replica of disks) {
        const last = new Map<string, number>()
        for (const [offset, value] of this.read(partition, replica).values) {
          const [, producer, number] = /^(i-[^:]*):(\d+)$/.exec(value) ?? []
          if (producer === undefined || offset < this.#ledger.deletedBelow(name)) continue
          if (Number(number) <= (last.get(producer) ?? -1))
            this.#story.violated(
              `${name} on broker ${replica.brokerId} has ${value} at offset ${offset}, behind ${producer}:${last.get(producer)}`,
            )
          last.set(producer, Number(number))
        }
      }
    }
  }

  read({ topic, topicId, index }: PartitionFacts, replica: ReplicaDisk): ReplicaLog {
    const { disk, directory, brokerId } = replica
    const path = `${directory}/${topic}-${index}`
    const values = new Map<number, string>()
    let endOffset = 0
    for (const file of segmentsIn(disk, path)) {
      const bytes = disk.contentOf(file, 'written') ?? Buffer.alloc(0)
      // Behind a cleaned segment may stand what it was made of, and is not removed yet.
      endOffset = Math.max(endOffset, Number.parseInt(file.slice(path.length + 1), 10))
      let size: number
      for (let at = 0; (size = RecordBatch.frameAt(bytes, at, bytes.length)) > 0; at += size) {
        const baseOffset = RecordBatch.baseOffset(bytes, at)
        const epoch = RecordBatch.partitionLeaderEpoch(bytes, at)
        const key = `${topicId} ${index} ${epoch} ${baseOffset}`
        const known = this.#batches.get(key)
        const isKnown = known?.crc === RecordBatch.crc(bytes, at)
        const batch = isKnown ? known : readWhole(bytes, at, size)
        // What a power cut has left behind the last whole batch.
        if (!batch || baseOffset < endOffset) break
        const mayDiffer = this.#compacts && isCompacted(topic)
        if (known && !isKnown && known.doubtedOn === null && !mayDiffer) {
          this.#story.violated(
            `${topic}-${index} on broker ${brokerId} has another batch at offset ${baseOffset} of epoch ${epoch} than was written there`,
          )
          break
        }
        this.#found(key, batch, replica)
        for (const [delta, value] of batch.values) values.set(baseOffset + delta, value)
        endOffset = RecordBatch.nextOffset(bytes, at)
      }
    }
    return { endOffset, values }
  }

  /** Two that have it have it from their leader; and one of two that differ, where one is doubted, is the leader's. */
  #found(key: string, batch: Batch, { brokerId, hasRefused }: ReplicaDisk): void {
    const known = this.#batches.get(key)
    const isDoubted = known ? known.doubtedOn === brokerId : hasRefused
    if (known?.crc === batch.crc) known.doubtedOn = isDoubted ? brokerId : null
    else this.#batches.set(key, { ...batch, doubtedOn: isDoubted ? brokerId : null })
  }
}

function readWhole(bytes: Buffer, at: number, size: number): Batch | null {
  if (!RecordBatch.isCrcValid(bytes, at, size)) return null
  const baseOffset = RecordBatch.baseOffset(bytes, at)
  const records = readRecords(bytes, at)
  const values = new Map(
    records.map(({ offset, value }) => [offset - baseOffset, value?.toString('latin1') ?? '']),
  )
  return { crc: RecordBatch.crc(bytes, at), values }
}

/** Who died while a cleaned segment was put in place finds it there. */
function segmentsIn(disk: MemoryDisk, path: string): string[] {
  if (!disk.existsSync(path)) return []
  const names = disk.readdirSync(path).map(({ name }) => name)
  return names
    .filter((name) => /^\d{20}\.log(\.swap)?$/.test(name) && !names.includes(`${name}.swap`))
    .toSorted()
    .map((name) => `${path}/${name}`)
}

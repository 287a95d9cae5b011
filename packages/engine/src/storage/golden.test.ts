import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { batchesIn, ControlRecordType, controlRecordType, readRecords, RecordBatch } from '@sluice/wire'
import { describe, expect, test } from 'vitest'
import { formatCheckpoint, parseCheckpoint } from './checkpoints.ts'
import { formatLeaderEpochs, parseLeaderEpochs } from './leader-epochs.ts'
import { OffsetIndex } from './offset-index.ts'
import { readTopicId } from './partition-metadata.ts'
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts'
import { readMetaProperties } from './meta-properties.ts'
import { endTransactionMarker } from './testing/end-transaction-marker.ts'
import { LogContext, startMs } from './testing/log-context.ts'
import { TimeIndex } from './time-index.ts'
import { decodeTransactionIndex, encodeAbortedTransaction } from './transaction-index.ts'
import { systemDisk } from '@sluice/effects'

// Written by Apache Kafka 4.4.0; what each file is stands in the README beside them.
const golden = join(import.meta.dirname, '../../../../test/data/kafka-messages/golden')
const bytes = (name: string) => readFileSync(join(golden, name))
const json = (name: string) => JSON.parse(readFileSync(join(golden, name), 'utf8'))

const directories = readdirSync(golden).filter((name) => /-\d+$/.test(name))
const filesEndingIn = (suffix: string) =>
  directories.flatMap((directory) =>
    readdirSync(join(golden, directory))
      .filter((name) => name.endsWith(suffix))
      .map((name) => `${directory}/${name}`),
  )

describe('files of Apache Kafka are read, and written alike', () => {
  test.each(filesEndingIn('.snapshot'))('%s', (name) => {
    const entries = decodeProducerSnapshot(bytes(name))
    const expected = json(`${name}.json`).producerEntries.map(
      ({ currentTxnFirstOffset, ...entry }: Record<string, number>) => ({
        ...entry,
        currentTransactionFirstOffset: currentTxnFirstOffset,
      }),
    )
    expect(entries).toEqual(expected)
    expect(encodeProducerSnapshot(entries ?? [])).toEqual(bytes(name))
  })

  test.each(filesEndingIn('.txnindex'))('%s', (name) => {
    const entries = decodeTransactionIndex(bytes(name), 0)
    expect(entries).toEqual(json(`${name}.json`).map(({ entry }: { entry: object }) => entry))
    expect(Buffer.concat((entries ?? []).map(encodeAbortedTransaction))).toEqual(bytes(name))
  })

  test.each(filesEndingIn('.index'))('%s', (name) => {
    const logSize = bytes(name.replace('.index', '.log')).length
    const index = OffsetIndex.decode(bytes(name), Number(name.match(/\d{20}/)?.[0]), logSize)
    expect(index?.length).toBe(bytes(name).length / 8)
    expect(index?.encode(0)).toEqual(bytes(name))
  })

  test.each(filesEndingIn('.timeindex'))('%s', (name) => {
    const index = TimeIndex.decode(bytes(name), Number(name.match(/\d{20}/)?.[0]))
    expect(index?.length).toBe(bytes(name).length / 12)
    expect(index?.encode(0)).toEqual(bytes(name))
  })

  test.each(filesEndingIn('leader-epoch-checkpoint'))('%s', (name) => {
    const entries = parseLeaderEpochs(bytes(name).toString())
    expect(entries?.length).toBeGreaterThan(0)
    expect(formatLeaderEpochs(entries ?? [])).toBe(bytes(name).toString())
  })

  test.each(['recovery-point', 'log-start', 'replication', 'cleaner'])(
    'node/%s-offset-checkpoint',
    (name) => {
      const text = bytes(`node/${name}-offset-checkpoint`).toString()
      const offsets = parseCheckpoint(text)
      expect(offsets).not.toBeNull()
      expect(formatCheckpoint(offsets ?? new Map())).toBe(text)
    },
  )

  test('meta.properties and partition.metadata', () => {
    expect(readMetaProperties(systemDisk(), join(golden, 'node'))).toEqual({
      nodeId: 1,
      clusterId: 'c2x1aWNlLWdvbGRlbi0wMQ',
      directoryId: 'TBdpvNkLSgKdR_F9_b3mrQ',
    })
    expect(readTopicId(systemDisk(), join(golden, 'events-0'))).toBe('chyLy7VFSqemP2m8TTSy3w')
  })
})

/** The batches of a golden log as their producers sent them: without offset and epoch. */
function batchesOfGolden(name: string): Buffer[] {
  const log = bytes(name)
  return [...batchesIn(log)].map(({ at, size }) => Buffer.from(log.subarray(at, at + size)))
}

const segmentNames = (base: string) =>
  ['log', 'index', 'timeindex', 'txnindex'].map((suffix) => `${base}.${suffix}`)

describe('the same appends leave the same files', () => {
  test('events-0: all codecs, transactions, a roll by time and a clean stop', async () => {
    const context = new LogContext({ indexIntervalBytes: 0, segmentMs: 60_000 })
    await context.clock.advance(json('events-0/00000000000000000000.log.json')[0].maxTimestamp - startMs)
    const log = context.load({ topicId: 'chyLy7VFSqemP2m8TTSy3w' })
    const sources = ['00000000000000000000', '00000000000000000022'].flatMap((base) =>
      batchesOfGolden(`events-0/${base}.log`),
    )
    for (const batch of sources) {
      const epoch = RecordBatch.partitionLeaderEpoch(batch, 0)
      const isMarker = RecordBatch.isControl(batch, 0)
      RecordBatch.setBaseOffset(batch, 0, 0)
      const validated = await log.validate(batch, {
        origin: isMarker ? 'coordinator' : 'client',
        nowMs: Number(RecordBatch.maxTimestamp(batch, 0)),
      })
      if (validated.kind === 'rejected') throw new Error(validated.message)
      expect(log.stage(validated, epoch)).toMatchObject({ kind: 'staged' })
      log.commit()
    }
    // A second leader epoch began at the end.
    log.leaderEpochs.assign(2, log.logEndOffset)
    log.close({ clean: true })

    const compared = [
      ...segmentNames('00000000000000000000'),
      ...segmentNames('00000000000000000022'),
      '00000000000000000022.snapshot',
      '00000000000000000023.snapshot',
      'leader-epoch-checkpoint',
      'partition.metadata',
    ]
    for (const name of compared) {
      // The golden directory leaves out files that are empty.
      const path = join(golden, 'events-0', name)
      const expected = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
      const present = context.fileNames().includes(name)
      expect([name, present ? context.file(name).toString('hex') : '']).toEqual([
        name,
        expected.toString('hex'),
      ])
    }
    expect(context.fileNames().filter((name) => !compared.includes(name))).toEqual([])
  })

  test('stamped-0: LogAppendTime, two leader epochs, snapshots at both clean stops', async () => {
    const context = new LogContext({ messageTimestampType: 'LogAppendTime' })
    let log = context.load()
    const batches = batchesOfGolden('stamped-0/00000000000000000000.log')
    const append = async (batch: Buffer) => {
      const nowMs = Number(RecordBatch.maxTimestamp(batch, 0))
      const epoch = RecordBatch.partitionLeaderEpoch(batch, 0)
      await context.clock.advance(Math.max(0, nowMs - context.clock.now()))
      RecordBatch.setMaxTimestamp(batch, 0, RecordBatch.TimestampType.createTime, nowMs)
      RecordBatch.setBaseOffset(batch, 0, 0)
      const validated = await log.validate(batch, { origin: 'client', nowMs })
      if (validated.kind === 'rejected') throw new Error(validated.message)
      log.leaderEpochs.assign(epoch, log.logEndOffset)
      expect(log.stage(validated, epoch)).toMatchObject({ kind: 'staged', logAppendTimeMs: nowMs })
      log.commit()
    }
    for (const batch of batches.slice(0, 2)) await append(batch)
    log = context.reloadAfterStop(log)
    for (const batch of batches.slice(2)) await append(batch)
    log.close({ clean: true })
    for (const name of ['.log', '.timeindex'])
      expect(context.file(`00000000000000000000${name}`)).toEqual(
        bytes(`stamped-0/00000000000000000000${name}`),
      )
    expect(context.file('00000000000000000008.snapshot')).toEqual(
      bytes('stamped-0/00000000000000000008.snapshot'),
    )
    expect(context.file('leader-epoch-checkpoint')).toEqual(bytes('stamped-0/leader-epoch-checkpoint'))
  })
})

test('end markers are built as a transaction coordinator writes them', () => {
  const markers = batchesOfGolden('events-0/00000000000000000000.log').filter((batch) =>
    RecordBatch.isControl(batch, 0),
  )
  expect(markers).toHaveLength(2)
  for (const marker of markers) {
    const [record] = readRecords(marker)
    const built = endTransactionMarker({
      commit: controlRecordType(record?.key ?? null) === ControlRecordType.commit,
      producerId: RecordBatch.producerId(marker, 0),
      producerEpoch: RecordBatch.producerEpoch(marker, 0),
      coordinatorEpoch: 0,
      timestamp: record?.timestamp ?? 0,
      baseOffset: RecordBatch.baseOffset(marker, 0),
      partitionLeaderEpoch: 0,
    })
    expect(built).toEqual(marker)
  }
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { metadataBatches } from './batches.ts'
import { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, sealRecord } from '../metadata/records.ts'

const golden = 'test/data/kafka-messages/golden/__cluster_metadata-0'

const batchesOf = (name: string) => [...metadataBatches(readFileSync(`${golden}/${name}`))]
const recordsOf = (name: string) => batchesOf(name).flatMap(({ records }) => [...records])

/** Records in a form that compares: lists whose order says nothing are sorted. */
function normal(records: readonly NewRecord[]): string[] {
  return records
    .map((record) => {
      const { type, version, value } = sealRecord(record).decoded
      const features = 'features' in value ? [...value.features].sort(byName) : undefined
      return JSON.stringify({ type, version, value: { ...value, ...(features ? { features } : {}) } })
    })
    .sort()
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}

describe('the metadata image', () => {
  it('reads a log of Apache Kafka to the snapshot that Apache Kafka wrote of it', () => {
    const image = new MetadataImage()
    const log = recordsOf('00000000000000000000.log').filter(({ offset }) => offset < 50)
    image.replay(log)
    const snapshot = recordsOf('00000000000000000050-0000000001.checkpoint')
    expect(image.offset).toBe(49)
    expect(normal(image.records())).toEqual(normal(snapshot))
  })

  it('round-trips a snapshot', () => {
    const snapshot = recordsOf('00000000000000000050-0000000001.checkpoint')
    const image = new MetadataImage()
    image.replay(snapshot)
    expect(normal(image.records())).toEqual(normal(snapshot))
  })

  it('keeps what it does not serve yet', () => {
    const image = new MetadataImage()
    image.replay(recordsOf('00000000000000000000.log'))
    const quota = image.records().find(({ record }) => record.name === 'ClientQuotaRecord')
    expect(quota?.value).toMatchObject({ key: 'producer_byte_rate', value: 1048576 })
    expect(image.configs.of(2, 'stamped').get('retention.ms')).toBeUndefined()
    expect(image.configs.of(4, '').get('log.cleaner.threads')).toBe('2')
  })

  it('knows topics, partitions, brokers and features', () => {
    const image = new MetadataImage()
    const delta = image.replay(recordsOf('00000000000000000000.log'))
    expect(image.topic('doomed')?.partitions.length).toBe(3)
    expect(image.partition('events', 0)).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 0 })
    expect(image.topicNameOf('chyLy7VFSqemP2m8TTSy3w')).toBe('events')
    expect(image.broker(1)).toMatchObject({ epoch: 13, fenced: false, cordonedLogDirs: [] })
    expect(image.metadataVersion).toBe(33)
    expect(image.nextProducerId).toBe(1000)
    expect([...delta.topicsCreated].map(({ name }) => name)).toContain('stamped')
    expect(delta.partitionsChanged).toHaveLength(8)
  })

  it('sees the control records of a log', () => {
    const [first] = batchesOf('00000000000000000000.log')
    expect(first?.controlTypes).toEqual([2, 5, 6])
  })
})

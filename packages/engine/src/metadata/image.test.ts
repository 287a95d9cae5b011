import { ClearElrRecord, PartitionRecord, RemoveTopicRecord, TopicRecord } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { recordVersions } from './features.ts'
import { MetadataImage } from './image.ts'
import { type LoggedRecord, type NewRecord, newRecord, sealRecord } from './records.ts'

const ids = { a: 'AAAAAAAAAAAAAAAAAAAABw', b: 'AAAAAAAAAAAAAAAAAAAACA' }

function logged(records: readonly NewRecord[]): LoggedRecord[] {
  return records.map((record, offset) => ({ ...sealRecord(record).decoded, offset, epoch: 1 }))
}

const topic = (name: keyof typeof ids) => newRecord(TopicRecord, { name, topicId: ids[name] })

function partition(name: keyof typeof ids, partitionId: number, elr: number[]): NewRecord {
  const replicas = { replicas: [1, 2], isr: [1], eligibleLeaderReplicas: elr }
  const value = { topicId: ids[name], partitionId, partitionEpoch: 0, ...replicas }
  return newRecord(PartitionRecord, value, recordVersions.partition)
}

function imageOf(...records: NewRecord[]): MetadataImage {
  const image = new MetadataImage()
  image.replay(logged(records))
  return image
}

describe('a metadata image', () => {
  it('tells of the partitions whose eligible leader replicas are cleared', () => {
    const image = imageOf(
      topic('a'),
      partition('a', 0, [2]),
      partition('a', 1, []),
      topic('b'),
      partition('b', 0, [2]),
    )
    const before = image.partition('a', 0)
    const delta = image.replay(logged([newRecord(ClearElrRecord, { topicName: 'a' })]))
    const after = image.partition('a', 0)
    expect(after).toMatchObject({ eligibleLeaderReplicas: [], partitionEpoch: 1 })
    expect(delta.partitionsChanged).toEqual([{ topic: image.topic('a'), partition: 0, before, after }])
    const rest = image.replay(logged([newRecord(ClearElrRecord, {})]))
    expect(rest.partitionsChanged).toMatchObject([{ topic: { name: 'b' }, partition: 0 }])
  })

  it('tells of a partition once, from what it was to what it is', () => {
    const image = imageOf(topic('a'), partition('a', 0, [2]))
    const before = image.partition('a', 0)
    const clear = newRecord(ClearElrRecord, { topicName: 'a' })
    const delta = image.replay(logged([clear, partition('a', 0, [2]), partition('a', 1, [])]))
    expect(delta.partitionsChanged).toMatchObject([
      { partition: 0, before, after: { eligibleLeaderReplicas: [2] } },
      { partition: 1, before: null },
    ])
  })

  it('tells nothing of what a deleted topic had', () => {
    const image = imageOf(topic('a'), partition('a', 0, [2]))
    const clear = newRecord(ClearElrRecord, { topicName: 'a' })
    const delta = image.replay(logged([clear, newRecord(RemoveTopicRecord, { topicId: ids.a })]))
    expect(delta.partitionsChanged).toEqual([])
    expect(delta.topicsDeleted).toMatchObject([{ name: 'a' }])
  })
})

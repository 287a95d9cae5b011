import { describe, expect, it } from 'vitest'
import { plannedProperties, propertyProblems } from './known-properties.ts'
import { testPlan, testRelease } from './testing/test-plan.ts'

const problemsOf = (properties: Record<string, string>, version = '4.4.x.kraft') =>
  propertyProblems(properties, testRelease(version)).map(({ problem }) => problem)

describe('names', () => {
  it('are refused where the version does not know them', () => {
    expect(problemsOf({ 'num.partition': '3' })).toEqual([
      'num.partition is not a broker property of Apache Kafka 4.4.0',
    ])
    // Removed with Kafka 4.0, and new with it.
    const old = { 'log.message.timestamp.difference.max.ms': '1000' }
    expect(problemsOf(old, '3.9.x')).toEqual([])
    expect(problemsOf(old, '4.0.x.kraft')).toHaveLength(1)
    const recent = { 'share.coordinator.state.topic.min.isr': '1' }
    expect(problemsOf(recent, '4.4.x.kraft')).toEqual([])
    expect(problemsOf(recent, '3.9.x')).toHaveLength(1)
  })

  it('may be those of the authorizer', () => {
    expect(problemsOf({ 'allow.everyone.if.no.acl.found': 'yes', 'super.users': 'User:a' })).toEqual([
      'allow.everyone.if.no.acl.found must be true or false',
    ])
  })
})

describe('values', () => {
  it('are judged by type', () => {
    expect(problemsOf({ 'auto.create.topics.enable': 'yes' })).toEqual([
      'auto.create.topics.enable must be true or false',
    ])
    expect(problemsOf({ 'num.partitions': '3.5' })).toEqual(['num.partitions must be a whole number'])
    expect(problemsOf({ 'num.partitions': '3000000000' })).toEqual([
      'num.partitions must be a whole number of 32 bits',
    ])
    expect(problemsOf({ 'log.cleaner.min.cleanable.ratio': 'half' })).toEqual([
      'log.cleaner.min.cleanable.ratio must be a number',
    ])
    expect(problemsOf({ 'log.retention.ms': '9223372036854775807', 'num.partitions': ' 3 ' })).toEqual([])
  })

  it('are judged by range', () => {
    expect(problemsOf({ 'num.partitions': '0' })).toEqual(['num.partitions must be at least 1'])
    expect(problemsOf({ 'compression.lz4.level': '18' })).toEqual([
      'compression.lz4.level must be from 1 to 17',
    ])
    expect(problemsOf({ 'log.local.retention.ms': '-2', 'log.cleaner.min.cleanable.ratio': '0.5' })).toEqual(
      [],
    )
  })

  it('are judged by what is accepted', () => {
    expect(problemsOf({ 'compression.type': 'brotli' })).toEqual([
      'compression.type must be of uncompressed, zstd, lz4, snappy, gzip, producer',
    ])
    expect(problemsOf({ 'log.cleanup.policy': 'compact, delete' })).toEqual([])
    expect(problemsOf({ 'log.cleanup.policy': 'compact,remove' })).toHaveLength(1)
    expect(problemsOf({ 'group.consumer.migration.policy': 'Upgrade' })).toEqual([])
  })

  it('are left to Kafka where our data does not know', () => {
    expect(problemsOf({ 'replica.selector.class': 'some.Class' })).toEqual([])
  })
})

it('leaves out of a node’s properties what its version does not know', () => {
  const properties = {
    'zookeeper.session.timeout.ms': '6000',
    'log.message.timestamp.difference.max.ms': '1000',
    'num.partitions': '2',
    'min.insync.replicas': '1',
  }
  const of = (version: string) =>
    plannedProperties(testPlan(version, { properties }), testRelease(version), () => true)
  expect(Object.entries(of('3.9.x'))).toEqual([
    ['log.message.timestamp.difference.max.ms', '1000'],
    ['min.insync.replicas', '1'],
    ['num.partitions', '2'],
    ['zookeeper.session.timeout.ms', '6000'],
  ])
  expect(Object.keys(of('3.9.x.kraft'))).not.toContain('zookeeper.session.timeout.ms')
  expect(Object.keys(of('4.4.x.kraft'))).toEqual(['min.insync.replicas', 'num.partitions'])
})

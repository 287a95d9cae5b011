import { describe, expect, it } from 'vitest'
import { lockedDistributions } from '../../jvm/distributions-lock.ts'
import { compatibleReleases, kafkaVersionOf, releasesOf, topologyOf } from './versions.ts'

const releases = releasesOf(['4.4.0', '3.9.1', '4.1.9', '3.9.2', '4.1.10'])
const names = releases.map(({ name }) => name)
const find = (name: string) => releases.find((release) => release.name === name) as (typeof releases)[number]
const compatible = (name: string) => compatibleReleases(releases, find(name)).map((release) => release.name)

describe('MSK’s names', () => {
  it('stand for the newest patch, oldest first, with ZooKeeper only before 4.0', () => {
    expect(names).toEqual(['3.9.x', '3.9.x.kraft', '4.1.x.kraft', '4.4.x.kraft'])
    expect(find('4.1.x.kraft')).toEqual({ name: '4.1.x.kraft', version: '4.1.10', mode: 'kraft' })
    expect(find('3.9.x').mode).toBe('zookeeper')
  })

  it('tell people what runs', () => {
    expect(releases.map((release) => kafkaVersionOf(release).software)).toEqual([
      'Apache Kafka 3.9.2 with ZooKeeper',
      'Apache Kafka 3.9.2',
      'Apache Kafka 4.1.10',
      'Apache Kafka 4.4.0',
    ])
  })
})

describe('a running cluster', () => {
  it('may go to any later version of its mode', () => {
    expect(compatible('3.9.x.kraft')).toEqual(['4.1.x.kraft', '4.4.x.kraft'])
    expect(compatible('4.1.x.kraft')).toEqual(['4.4.x.kraft'])
  })

  it('never goes down, and not from ZooKeeper to KRaft', () => {
    expect(compatible('4.4.x.kraft')).toEqual([])
    expect(compatible('3.9.x')).toEqual([])
  })
})

it('gives a cluster three controllers, or three ZooKeeper nodes with ids of their own', () => {
  expect(topologyOf('kraft').quorum).toEqual({ role: 'controller', nodeIds: [10001, 10002, 10003] })
  expect(topologyOf('zookeeper').quorum).toMatchObject({ role: 'zookeeper', nodeIds: [1, 2, 3] })
  expect(topologyOf('zookeeper').listeners.quorum).toEqual(['ZOOKEEPER', 'PEER', 'ELECTION'])
})

it('names the ZooKeeper that is pinned', () => {
  const names = lockedDistributions.flatMap(({ artifacts }) => artifacts.map(({ fileName }) => fileName))
  expect(names).toContain(`zookeeper-${topologyOf('zookeeper').quorum.zookeeperVersion}.jar`)
})

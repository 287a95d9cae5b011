import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { propertiesOfTags, staticProperties, tagsOfProperties } from './broker-properties.ts'
import { clusterSpec, unservedParts } from './cluster-spec.ts'
import { derivedUuid, zoneId } from './zones.ts'

const place = { partition: 'aws', region: 'eu-west-1', account: '1' }
const request = {
  ClusterName: 'orders',
  KafkaVersion: '4.1.x.kraft',
  NumberOfBrokerNodes: 2,
  BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b'], InstanceType: 'kafka.t3.small' },
}

function spec(change: object = {}) {
  const result = clusterSpec({ ...request, ...change }, place, () => [])
  if (!('spec' in result)) throw new Error(result.refusal.message)
  return result.spec
}

describe('a cluster spec', () => {
  it('is the same for the same request', () => {
    expect(spec()).toEqual(spec())
  })

  it('keeps what was sent', () => {
    const sent = {
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
      OpenMonitoring: { Prometheus: { JmxExporter: { EnabledInBroker: true } } },
      LoggingInfo: { BrokerLogs: { S3: { Enabled: true, Bucket: 'b' } } },
      EnhancedMonitoring: 'PER_BROKER',
    }
    expect(spec(sent)).toMatchObject({
      clientAuthentication: sent.ClientAuthentication,
      openMonitoring: sent.OpenMonitoring,
      loggingInfo: sent.LoggingInfo,
      enhancedMonitoring: 'PER_BROKER',
    })
  })

  it('says in sentences what it describes and nothing serves', () => {
    const plaintext = { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' } }
    const text = unservedParts(
      spec({
        EncryptionInfo: plaintext,
        OpenMonitoring: { Prometheus: { NodeExporter: { EnabledInBroker: true } } },
        LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true, LogGroup: 'g' } } },
      }),
    )
    expect(text).toMatch(/One of the 2 brokers runs/)
    expect(text).toMatch(/TLS listeners are not implemented yet/)
    expect(text).toMatch(/Open monitoring/)
    expect(text).toMatch(/Broker logs/)
    expect(unservedParts(spec())).toMatch(/^This cluster has no plaintext listener/)
  })
})

describe('zone ids', () => {
  it.each([
    ['us-east-1', 'use1-az2'],
    ['eu-west-1', 'euw1-az2'],
    ['eu-central-1', 'euc1-az2'],
    ['ap-southeast-2', 'apse2-az2'],
    ['ap-northeast-1', 'apne1-az2'],
    ['sa-east-1', 'sae1-az2'],
    ['us-gov-west-1', 'usgw1-az2'],
  ])('of %s are like %s', (region, id) => {
    expect(zoneId(region, 2)).toBe(id)
  })

  it('and derived ids are UUIDs', () => {
    expect(derivedUuid('x')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('static broker properties', () => {
  it('are properties that Apache Kafka 4.4 has, with values of its own where MSK differs', () => {
    const path = new URL('../../../../test/data/kafka-messages/configs.json', import.meta.url)
    const { broker } = JSON.parse(readFileSync(path, 'utf8')) as {
      broker: { name: string; default?: string }[]
    }
    const apache = new Map(broker.map((entry) => [entry.name, entry.default]))
    for (const name of Object.keys(staticProperties({}))) expect(apache.has(name), name).toBe(true)
    expect(staticProperties({})).toMatchObject({ 'auto.create.topics.enable': 'false' })
  })

  it('come from --set before MSK', () => {
    expect(staticProperties({ 'auto.create.topics.enable': 'true' })).toMatchObject({
      'auto.create.topics.enable': 'true',
      'unclean.leader.election.enable': 'true',
    })
  })

  it('go through tags and back', () => {
    const set = { 'num.partitions': '4', 'log.cleanup.policy': 'compact,delete' }
    expect(propertiesOfTags({ ...tagsOfProperties(set), team: 'a' })).toEqual(set)
  })
})

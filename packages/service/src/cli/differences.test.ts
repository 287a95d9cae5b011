import { describe, expect, it } from 'vitest'
import { loopbackReach } from '../fleet/reach.ts'
import type { StatusReport } from '../status-report.ts'
import { differences } from './differences.ts'
import type { StartSettings } from './settings.ts'

const report: StatusReport = {
  version: '0.1.0',
  pid: 1,
  startedAt: '2026-11-22T00:00:00.000Z',
  dataDirectory: '/data',
  endpoint: 'http://127.0.0.1:9081',
  console: null,
  local: { host: '127.0.0.1', port: 9081 },
  reach: loopbackReach,
  region: 'us-east-1',
  accountId: '000000000000',
  engine: 'embedded',
  hosting: 'inline',
  acceptsAnySignature: false,
  pace: 'instant',
  streamLimits: 'on',
  defaultCluster: 'demo',
  notes: [],
  clusters: [
    {
      name: 'demo',
      arn: 'arn:demo',
      state: 'ACTIVE',
      stateInfo: null,
      engine: 'embedded',
      hosting: 'inline',
      kafkaVersion: '4.4.x.kraft',
      brokerProperties: { 'num.partitions': '4', 'delegation.token.secret.key': '[hidden]' },
      bootstrapServers: '127.0.0.1:9092',
      listeners: { CLIENT: '127.0.0.1:9092' },
      brokers: [{ id: 1, listeners: [{ name: 'CLIENT', host: '127.0.0.1', port: 9092 }] }],
      quorum: [],
      scramUser: null,
    },
  ],
  trust: null,
}

const differencesOf = (asked: Partial<StartSettings>) =>
  differences(
    {
      dataDirectory: '/data',
      apiPort: undefined,
      kafkaPort: undefined,
      cluster: { kind: 'default' },
      properties: {},
      engine: undefined,
      hosting: undefined,
      region: undefined,
      host: undefined,
      advertised: undefined,
      metadataLossAccepted: [],
      acceptAnySignature: false,
      pace: undefined,
      streamLimits: undefined,
      logLevel: undefined,
      ...asked,
    },
    report,
  )

describe('a start where a service runs', () => {
  it('asks for what is there with no flag, and with those that name what is there', () => {
    expect(differencesOf({})).toEqual([])
    expect(
      differencesOf({
        apiPort: 9081,
        kafkaPort: 9092,
        cluster: { kind: 'named', name: 'demo' },
        properties: { 'num.partitions': '4', 'delegation.token.secret.key': 'secret' },
        engine: 'embedded',
        hosting: 'inline',
        region: 'us-east-1',
        pace: 'instant',
        streamLimits: 'on',
      }),
    ).toEqual([])
    expect(differencesOf({ apiPort: 0, kafkaPort: 0, cluster: { kind: 'none' } })).toEqual([])
  })

  it.each<[Partial<StartSettings>, string]>([
    [{ apiPort: 9181 }, '--api-port 9181 is asked for, and it is 9081.'],
    [{ kafkaPort: 9192 }, '--kafka-port 9192 is asked for, and demo is on 9092.'],
    [{ cluster: { kind: 'named', name: 'orders' } }, 'It has no cluster orders.'],
    [
      { properties: { 'num.partitions': '5' } },
      '--set num.partitions=5 is asked for, and demo was made with num.partitions=4.',
    ],
    [
      { properties: { 'log.segment.bytes': '5' } },
      '--set log.segment.bytes=5 is asked for, and demo was made without it.',
    ],
    [{ engine: 'apache-kafka' }, '--engine apache-kafka is asked for, and it is embedded.'],
    [{ hosting: 'process' }, '--hosting process is asked for, and it is inline.'],
    [{ pace: 'x60' }, '--pace x60 is asked for, and it is instant.'],
    [{ streamLimits: 'off' }, '--stream-limits off is asked for, and it is on.'],
    [{ region: 'eu-west-1' }, '--region eu-west-1 is asked for, and it is us-east-1.'],
    [{ host: '0.0.0.0' }, '--host 0.0.0.0 is asked for, and it is 127.0.0.1.'],
    [
      { advertised: { advertisedHost: 'x', advertisedHosts: { CLIENT: 'y' } } },
      '--advertised-host x CLIENT=y is asked for, and it is (not set).',
    ],
    [{ acceptAnySignature: true }, '--accept-any-signature is asked for, and it checks signatures.'],
  ])('with %j asks for something else', (asked, sentence) => {
    expect(differencesOf(asked)).toEqual([sentence])
  })
})

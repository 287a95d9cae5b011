import { readFileSync } from 'node:fs'
import { MemoryDisk, MemoryNetwork } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { FakeEngine } from '../engines/testing/fake-engine.ts'
import { clusterSpec, unservedParts } from './cluster-spec.ts'
import { propertiesOfTags, shownTags, staticProperties, tagsOfProperties } from './static-properties.ts'
import { derivedUuid, zoneId } from './zones.ts'

const engine = new FakeEngine({ disk: new MemoryDisk(), network: new MemoryNetwork() })
const apacheKafka = new FakeEngine({ disk: new MemoryDisk(), network: new MemoryNetwork() }, 'apache-kafka')
const none = () => ({
  refusal: { kind: 'invalid' as const, message: 'there is no configuration', parameter: 'arn' },
})
const place = { partition: 'aws', region: 'eu-west-1', account: '1' }
const request = {
  ClusterName: 'orders',
  KafkaVersion: '4.1.x.kraft',
  NumberOfBrokerNodes: 2,
  BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b'], InstanceType: 'kafka.t3.small' },
}

function spec(change: object = {}) {
  const result = clusterSpec({ ...request, ...change }, place, engine, none)
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
    const text = unservedParts(
      spec({
        ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: true } },
        LoggingInfo: {
          BrokerLogs: { CloudWatchLogs: { Enabled: true, LogGroup: 'g' } },
          AuthorizerLogs: { S3: { Enabled: true, Bucket: 'b' } },
        },
      }),
      engine,
    )
    expect(text).toMatch(/not served by the engine embedded yet: CLIENT_IAM\./)
    expect(text).toMatch(/Logs of the authorizer alone/)
    expect(text).not.toMatch(/Broker logs/)
    const closed = spec({ ClientAuthentication: { Sasl: { Iam: { Enabled: true } } } })
    expect(unservedParts(closed, engine)).toMatch(/^No broker of this cluster can be reached.*CLIENT_IAM/)
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
  const configured = (properties: Record<string, string>) => ({ arn: 'arn', revision: 1, properties })

  it('are properties that Apache Kafka 4.4 has, with values of its own where MSK differs', () => {
    const path = new URL('../../../../../test/data/kafka-messages/configs.json', import.meta.url)
    const { broker } = JSON.parse(readFileSync(path, 'utf8')) as {
      broker: { name: string; default?: string }[]
    }
    const apache = new Map(broker.map((entry) => [entry.name, entry.default]))
    const properties = staticProperties(spec(), engine)
    for (const name of Object.keys(properties)) expect(apache.has(name), name).toBe(true)
    expect(properties).toMatchObject({ 'auto.create.topics.enable': 'false' })
    expect(properties['replica.selector.class']).toMatch(/RackAwareReplicaSelector$/)
  })

  it('come from a configuration before what was set at creation before MSK', () => {
    const source = {
      ...spec(),
      brokerProperties: { 'auto.create.topics.enable': 'true', 'num.partitions': '2' },
      configuration: configured({ 'num.partitions': '3', 'num.replica.fetchers': '4' }),
    }
    expect(staticProperties(source, engine)).toMatchObject({
      'auto.create.topics.enable': 'true',
      'unclean.leader.election.enable': 'true',
      'num.partitions': '3',
      'num.replica.fetchers': '4',
      'num.network.threads': '5',
    })
  })

  it('count as many replicas as there are zones', () => {
    const replicas = (subnets: string[]) => {
      const properties = staticProperties({ ...spec(), brokerNodeGroup: { ClientSubnets: subnets } }, engine)
      return [properties['default.replication.factor'], properties['min.insync.replicas']]
    }
    expect(replicas(['a', 'b', 'c'])).toEqual(['3', '2'])
    expect(replicas(['a', 'b'])).toEqual(['2', '1'])
  })

  it('leave ZooKeeper out where there is none', () => {
    const configuration = configured({ 'zookeeper.session.timeout.ms': '9000' })
    const names = (kafkaVersion: string) =>
      Object.keys(staticProperties({ ...spec(), kafkaVersion, configuration }, engine))
    expect(names('3.9.x')).toContain('zookeeper.session.timeout.ms')
    expect(names('3.9.x.kraft')).not.toContain('zookeeper.session.timeout.ms')
  })

  const scram = 'listener.name.client_sasl_scram.'
  const bearer = 'org.apache.kafka.common.security.oauthbearer'
  const plainLogin = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="a";'
  const refused = (set: Record<string, string>, by = engine) => {
    const result = clusterSpec({ ...request, Tags: tagsOfProperties(set) }, place, by, none)
    return 'refusal' in result ? result.refusal.message : 'taken'
  }

  it('may say how clients log in where SCRAM is', () => {
    const set = {
      [`${scram}sasl.enabled.mechanisms`]: 'SCRAM-SHA-512, PLAIN,OAUTHBEARER',
      [`${scram}plain.sasl.jaas.config`]: plainLogin,
      [`${scram}oauthbearer.sasl.jaas.config`]: `${bearer}.OAuthBearerLoginModule required;`,
      [`${scram}oauthbearer.sasl.server.callback.handler.class`]: `${bearer}.OAuthBearerValidatorCallbackHandler`,
      [`${scram}oauthbearer.sasl.oauthbearer.jwks.endpoint.url`]: 'https://issuer.example/keys',
      [`${scram}sasl.oauthbearer.expected.audience`]: 'kafka',
      [`${scram}plain.connections.max.reauth.ms`]: '60000',
      'sasl.oauthbearer.expected.issuer': 'https://issuer.example',
    }
    expect(refused(set)).toBe('taken')
    expect(refused(set, apacheKafka)).toContain('the engine apache-kafka has SCRAM-SHA-512 alone')
    const listeners = { ClientAuthentication: { Sasl: { Scram: { Enabled: true } } } }
    const sentence = 'at the listener for SCRAM, which it does not have'
    expect(unservedParts(spec({ Tags: tagsOfProperties(set) }), engine)).toContain(sentence)
    expect(unservedParts(spec({ Tags: tagsOfProperties(set), ...listeners }), engine)).toBeNull()
  })

  it.each([
    ['listener.name.client.ssl.client.auth', 'none', 'is set by Sluice itself'],
    ['listener.name.client_iam.sasl.enabled.mechanisms', 'PLAIN', 'is set by Sluice itself'],
    [`${scram}ssl.keystore.location`, '/etc/passwd', 'is set by Sluice itself'],
    [`${scram}scram-sha-512.sasl.jaas.config`, 'a.ScramLoginModule', 'is set by Sluice itself'],
    [`${scram}sasl.oauthbearer.jwt.validator.class`, 'a.Validator', 'is set by Sluice itself'],
    [`${scram}plain.sasl.jaas.config`, 'com.example.PlainLoginModule required;', 'names another class'],
    [`${scram}oauthbearer.sasl.server.callback.handler.class`, 'com.example.Handler', 'another class'],
    [`${scram}sasl.enabled.mechanisms`, 'SCRAM-SHA-512,GSSAPI', 'names "GSSAPI"; served are'],
    [`${scram}sasl.enabled.mechanisms`, 'PLAIN', 'leaves out SCRAM-SHA-512'],
    [`${scram}sasl.enabled.mechanisms`, '', 'names ""'],
    [`${scram}sasl.enabled.mechanisms`, 'SCRAM-SHA-512,OAUTHBEARER', 'every token would be believed'],
    ['sasl.enabled.mechanisms', 'PLAIN', `name it ${scram}sasl.enabled.mechanisms`],
    ['sasl.jaas.config', plainLogin, `name it ${scram}plain.sasl.jaas.config`],
  ])('do not set %s=%s', (name, value, sentence) => {
    expect(refused({ [name]: value })).toContain(sentence)
  })

  it('show nobody a password', () => {
    const tags = {
      ...tagsOfProperties({ [`${scram}plain.sasl.jaas.config`]: plainLogin, 'num.partitions': '3' }),
    }
    expect(shownTags({ ...tags, 'my-password': 'is-a-tag' })).toEqual({
      [`sluice:set:${scram}plain.sasl.jaas.config`]: '[hidden]',
      'sluice:set:num.partitions': '3',
      'my-password': 'is-a-tag',
    })
  })

  it('leave out what clients are told of listeners, which brokers know by another name', () => {
    const custom = { 'custom.advertised.listeners': 'CLIENT_SECURE://b-{broker_id}.x:9000+{broker_id}' }
    expect(staticProperties({ ...spec(), configuration: configured(custom) }, engine)).toEqual(
      staticProperties(spec(), engine),
    )
    expect(spec({ Tags: tagsOfProperties(custom) }).brokerProperties).toEqual(custom)
    const unfit = tagsOfProperties({ 'custom.advertised.listeners': 'CLIENT://x:9000+{broker_id}' })
    expect(() => spec({ Tags: unfit })).toThrow(
      /CLIENT is no listener of the cluster, which has CLIENT_SECURE/,
    )
  })

  it('go through tags and back', () => {
    const set = { 'num.partitions': '4', 'log.cleanup.policy': 'compact,delete' }
    expect(propertiesOfTags({ ...tagsOfProperties(set), team: 'a' })).toEqual(set)
  })
})

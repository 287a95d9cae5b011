import { describe, expect, it } from 'vitest'
import { type ClusterPlan, ListenerName, type NodeKey } from '../engine.ts'
import { fingerprintOf, nodeOfDirectory, shapeOf } from './node-shape.ts'
import { testDataDirectory, testPlan, testRelease } from './testing/test-plan.ts'

const shape = (plan: ClusterPlan, key: NodeKey, environment = {}) => {
  const data = testDataDirectory(key.role, key.nodeId)
  return shapeOf(plan, key, testRelease(plan.kafkaVersion), data, environment)
}
const fingerprint = (plan: ClusterPlan, key: NodeKey, environment = {}) => {
  const generation = plan.nodes.find(
    (node) => node.role === key.role && node.nodeId === key.nodeId,
  )?.generation
  return fingerprintOf(shape(plan, key, environment), testRelease(plan.kafkaVersion), generation ?? 0)
}
const broker = { role: 'broker', nodeId: 2 } as const
const controller = { role: 'controller', nodeId: 10002 } as const
const zooKeeper = { role: 'zookeeper', nodeId: 2 } as const

describe('a broker', () => {
  it('of a KRaft cluster knows the three controllers', () => {
    const plan = testPlan('4.4.x.kraft', { properties: { 'num.network.threads': '5', 'node.id': '77' } })
    expect(shape(plan, broker).properties).toEqual({
      'num.network.threads': '5',
      'process.roles': 'broker',
      'node.id': '2',
      'broker.rack': 'use1-az2',
      listeners: 'CLIENT://127.0.0.1:9020,REPLICATION://127.0.0.1:9021',
      'advertised.listeners': 'CLIENT://127.0.0.1:9020,REPLICATION://127.0.0.1:9021',
      'inter.broker.listener.name': 'REPLICATION',
      'listener.security.protocol.map': 'CLIENT:PLAINTEXT,REPLICATION:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': '10001@127.0.0.1:10010,10002@127.0.0.1:10020,10003@127.0.0.1:10030',
      'log.dirs': '/clusters/demo/broker-2/volume-1',
    })
  })

  it('of a ZooKeeper cluster knows all of the ensemble', () => {
    expect(shape(testPlan('3.9.x'), broker).properties).toEqual({
      'controlled.shutdown.retry.backoff.ms': '1000',
      'broker.id': '2',
      'broker.rack': 'use1-az2',
      listeners: 'CLIENT://127.0.0.1:9020,REPLICATION://127.0.0.1:9021',
      'advertised.listeners': 'CLIENT://127.0.0.1:9020,REPLICATION://127.0.0.1:9021',
      'inter.broker.listener.name': 'REPLICATION',
      'listener.security.protocol.map': 'CLIENT:PLAINTEXT,REPLICATION:PLAINTEXT',
      'zookeeper.connect': '127.0.0.1:11010,127.0.0.1:11020,127.0.0.1:11030',
      'log.dirs': '/clusters/demo/broker-2/volume-1',
    })
  })

  it.each(['4.4.x.kraft', '3.9.x'])(
    'of %s lets clients log in by SCRAM where it has that listener',
    (version) => {
      const { properties } = shape(testPlan(version, { clientListener: 'CLIENT_SASL_SCRAM' }), broker)
      expect(properties).toMatchObject({
        listeners: 'CLIENT_SASL_SCRAM://127.0.0.1:9020,REPLICATION://127.0.0.1:9021',
        'listener.name.client_sasl_scram.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.client_sasl_scram.scram-sha-512.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      })
      expect(properties['listener.security.protocol.map']).toMatch(
        /^CLIENT_SASL_SCRAM:SASL_SSL,REPLICATION:PLAINTEXT/,
      )
    },
  )

  it.each(['4.4.x.kraft', '3.9.x'])(
    'of %s names clients by their certificates as it is told, and nodes by theirs as they are',
    (version) => {
      const properties = { 'ssl.principal.mapping.rules': 'RULE:^CN=(.*)$/$1/' }
      const plan = testPlan(version, { clientListener: ListenerName.clientSecure, properties })
      const tls = {
        keystore: '/tls.pem',
        truststore: '/clients.pem',
        clientAuth: 'required' as const,
        principalMapping: 'RULE:^CN=nodes$/CN=impostor/,DEFAULT',
      }
      const identity = { keystore: '/node.pem', truststore: '/nodes.pem', principal: 'User:CN=nodes' }
      const nodes = plan.nodes.map((node) => ({ ...node, tls, identity }))
      expect(shape({ ...plan, nodes }, broker).properties).toMatchObject({
        'listener.name.client_secure.ssl.principal.mapping.rules': tls.principalMapping,
        'listener.name.replication_secure.ssl.principal.mapping.rules': 'DEFAULT',
        'listener.name.controller_secure.ssl.principal.mapping.rules': 'DEFAULT',
      })
    },
  )

  it('has the heap that the environment names', () => {
    const plan = testPlan('4.4.x.kraft')
    expect(shape(plan, broker).jvmOptions).toContain('-Xmx1G')
    const environment = { SLUICE_KAFKA_HEAP_OPTS: ' -Xmx4G  -Xms4G ' }
    expect(shape(plan, broker, environment).jvmOptions.slice(0, 2)).toEqual(['-Xmx4G', '-Xms4G'])
    expect(shape(plan, controller, environment).jvmOptions).toContain('-Xmx256M')
  })

  it('puts an IPv6 address in brackets', () => {
    const plan = testPlan('4.4.x.kraft')
    const nodes = plan.nodes.map((node) => ({
      ...node,
      listeners: node.listeners.map((listener) => ({ ...listener, host: '::1' })),
    }))
    const { properties } = shape({ ...plan, nodes }, broker)
    expect(properties.listeners).toBe('CLIENT://[::1]:9020,REPLICATION://[::1]:9021')
    expect(properties['controller.quorum.voters']).toMatch(/^10001@\[::1\]:10010,/)
  })
})

it('gives a controller what controllers decide by, and nothing of brokers', () => {
  const properties = {
    'default.replication.factor': '3',
    'num.partitions': '4',
    'unclean.leader.election.enable': 'true',
    'log.retention.hours': '24',
    'num.network.threads': '5',
  }
  expect(shape(testPlan('4.4.x.kraft', { properties }), controller).properties).toEqual({
    'default.replication.factor': '3',
    'num.partitions': '4',
    'unclean.leader.election.enable': 'true',
    'log.retention.hours': '24',
    'process.roles': 'controller',
    'node.id': '10002',
    listeners: 'CONTROLLER://127.0.0.1:10020',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': '10001@127.0.0.1:10010,10002@127.0.0.1:10020,10003@127.0.0.1:10030',
    'log.dirs': '/clusters/demo/controller-10002/volume-1',
  })
})

it('tells a ZooKeeper node of its ensemble, on one address', () => {
  const { properties, configName, mainClass } = shape(testPlan('3.9.x'), zooKeeper)
  expect({ configName, mainClass }).toEqual({
    configName: 'zoo.cfg',
    mainClass: 'org.apache.zookeeper.server.quorum.QuorumPeerMain',
  })
  expect(properties).toMatchObject({
    dataDir: '/clusters/demo/zookeeper-2/volume-1',
    clientPort: '11020',
    clientPortAddress: '127.0.0.1',
    'admin.enableServer': 'false',
    'server.1': '127.0.0.1:11011:11012',
    'server.3': '127.0.0.1:11031:11032',
  })
  // ZooKeeper grants sessions of at most 20 ticks; MSK's longest is 18 s.
  expect(Number(properties.tickTime) * 20).toBeGreaterThanOrEqual(18_000)
})

describe('the fingerprint', () => {
  const plan = testPlan('4.1.x.kraft', { properties: { 'num.partitions': '1' } })
  const changed = (change: Partial<ClusterPlan>, key: NodeKey) =>
    fingerprint({ ...plan, ...change }, key) !== fingerprint(plan, key)

  it('is the same for equal plans, whatever the order of their properties', () => {
    const properties = { 'num.io.threads': '4', 'num.partitions': '1' }
    const turned = { 'num.partitions': '1', 'num.io.threads': '4' }
    expect(fingerprint({ ...plan, properties }, broker)).toBe(
      fingerprint({ ...plan, properties: turned }, broker),
    )
  })

  it('stays when the number of brokers changes', () => {
    const { nodes } = testPlan('4.1.x.kraft', { brokers: 6 })
    for (const key of [broker, controller]) expect(changed({ nodes }, key)).toBe(false)
  })

  it('changes with the version, with a property and with the JVM’s options', () => {
    for (const key of [broker, controller]) {
      expect(changed({ kafkaVersion: '4.4.x.kraft' }, key)).toBe(true)
      expect(changed({ properties: { 'num.partitions': '2' } }, key)).toBe(true)
    }
    const environment = { SLUICE_KAFKA_HEAP_OPTS: '-Xmx2G' }
    expect(fingerprint(plan, broker, environment)).not.toBe(fingerprint(plan, broker))
    expect(fingerprint(plan, controller, environment)).toBe(fingerprint(plan, controller))
  })

  it('of a controller stays when only brokers are concerned', () => {
    const properties = { 'num.partitions': '1', 'num.io.threads': '4' }
    expect(changed({ properties }, broker)).toBe(true)
    expect(changed({ properties }, controller)).toBe(false)
  })

  it('changes for the one node that is rebooted', () => {
    const nodes = plan.nodes.map((node) => (node.nodeId === 2 ? { ...node, generation: 1 } : node))
    expect(changed({ nodes }, broker)).toBe(true)
    expect(changed({ nodes }, { role: 'broker', nodeId: 1 })).toBe(false)
    expect(changed({ nodes }, controller)).toBe(false)
  })
})

it('knows a node by its directory', () => {
  expect(nodeOfDirectory('controller-10001')).toEqual({ role: 'controller', nodeId: 10001 })
  expect(nodeOfDirectory('broker-x')).toBeNull()
  expect(nodeOfDirectory('controller')).toBeNull()
})

import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemEffects } from '@sluice/effects'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Authority } from '../authority/authority.ts'
import { noCredentials } from './testing/no-credentials.ts'
import { apacheKafkaEngine } from './apache-kafka.ts'
import { embeddedEngine } from './embedded.ts'
import { type ClusterPlan, type Engine, type EngineCluster, ListenerName, type NodePlan } from './engine.ts'
import type { SaltedCredential } from './cluster-view.ts'
import { noAccess } from '../../iam/testing/no-access.ts'

// Who may log in by SCRAM, on every engine. Apache Kafka takes part by command, where Java is:
// SLUICE_TEST_APACHE_KAFKA=1 npx vitest run packages/service/src/fleet/engines/scram.test.ts

const effects = { ...systemEffects(), logger: silentLogger }
const embedded = embeddedEngine(effects)
const apacheKafka = apacheKafkaEngine({ effects, environment: process.env })
const candidates: [name: string, engine: Engine, kafkaVersion: string][] = [
  ['embedded', embedded, embedded.defaultKafkaVersion],
  ...(process.env.SLUICE_TEST_APACHE_KAFKA
    ? (['4.4.x.kraft', '3.9.x'] as const).map((version): [string, Engine, string] => [
        `apache-kafka ${version}`,
        apacheKafka,
        version,
      ])
    : []),
]

const host = '127.0.0.1'
const timeoutMs = 240_000
/** An Apache Kafka broker may learn of a user a moment after its controller. */
const patience = { timeout: 20_000, interval: 100 }

describe.each(candidates)('the engine %s', (_, engine, kafkaVersion) => {
  const { quorum, listeners } = engine.topology({ kafkaVersion })
  let directory: string
  let authority: Authority
  let cluster: EngineCluster
  let plan: ClusterPlan

  const nodePlan = async (role: NodePlan['role'], nodeId: number): Promise<NodePlan> => {
    const names = role === 'broker' ? [ListenerName.clientScram, ...listeners.broker] : listeners.quorum
    const planned = await Promise.all(names.map(async (name) => ({ name, host, port: await freePort() })))
    return { role, nodeId, rack: null, listeners: planned, generation: 0 }
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-scram-'))
    authority = new Authority(effects, directory)
    const keystore = join(directory, 'tls', 'keystore.pem')
    await authority.keepFile(keystore, { subject: 'CN=broker', hosts: [host, 'localhost'] })
    const tls = { keystore, truststore: authority.certificatePath, clientAuth: 'none' as const }
    // One member makes a quorum here.
    const member = await nodePlan(quorum.role, quorum.nodeIds[0] ?? 0)
    const broker = { ...(await nodePlan('broker', 1)), tls }
    const properties = {
      'offsets.topic.replication.factor': '1',
      'connection.failed.authentication.delay.ms': '0',
    }
    plan = { kafkaVersion, nodes: [broker, member], properties }
    const hosting = engine.hostings[0] ?? 'inline'
    cluster = await engine.open({
      name: 'scram',
      hosting,
      directory,
      credentials: noCredentials,
      access: noAccess,
      onChange: () => {},
      onDoubt: () => {},
    })
    await cluster.startNode(plan, member)
    await cluster.startNode(plan, broker)
  }, timeoutMs)

  afterAll(async () => {
    await cluster?.stop()
    rmSync(directory, { recursive: true, force: true })
  }, timeoutMs)

  async function logIn(username: string, password: string): Promise<void> {
    const port = plan.nodes[0]?.listeners[0]?.port
    const admin = new Kafka({
      brokers: [`${host}:${port}`],
      ssl: { ca: [authority.certificate() ?? ''] },
      sasl: { mechanism: 'scram-sha-512', username, password },
      retry: { retries: 0 },
      logLevel: logLevel.NOTHING,
    }).admin()
    try {
      await admin.connect()
      await admin.listTopics()
    } finally {
      await admin.disconnect()
    }
  }

  it(
    'lets in whom it is told of, by the last password, until it is told otherwise',
    async () => {
      const { brokers } = cluster
      const refusal = /invalid credentials with SASL mechanism SCRAM-SHA-512/
      await vi.waitFor(async () => expect(await brokers.scramUsers(plan)).toEqual(new Set()), patience)
      const both = [salted('alice', 'secret'), salted('bob', 'other')]
      await brokers.alterScramUsers(plan, { set: both, remove: ['nobody'] })
      expect(await brokers.scramUsers(plan)).toEqual(new Set(['alice', 'bob']))
      await vi.waitFor(() => logIn('alice', 'secret'), patience)
      await expect(logIn('alice', 'other')).rejects.toThrow(refusal)

      await brokers.alterScramUsers(plan, { set: [salted('alice', 'changed')], remove: ['bob'] })
      await vi.waitFor(() => logIn('alice', 'changed'), patience)
      await vi.waitFor(() => expect(logIn('alice', 'secret')).rejects.toThrow(refusal), patience)
      await vi.waitFor(() => expect(logIn('bob', 'other')).rejects.toThrow(refusal), patience)
      expect(await brokers.scramUsers(plan)).toEqual(new Set(['alice']))
    },
    timeoutMs,
  )
})

function salted(user: string, password: string): SaltedCredential {
  const salt = randomBytes(24)
  const iterations = 4_096
  return { user, iterations, salt, saltedPassword: pbkdf2Sync(password, salt, iterations, 64, 'sha512') }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, host, () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

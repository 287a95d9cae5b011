import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Connection, createTopic, describeTopics, fetchRecords, produce } from '@sluice/client'
import {
  type ConnectOptions,
  silentLogger,
  systemClock,
  systemDisk,
  systemNetwork,
  systemRandom,
} from '@sluice/effects'
import { startBrokerNode, startControllerNode, type StartedBroker, type StartedNode } from '@sluice/engine'
import { randomUuid } from '@sluice/wire'
import { Authority, NodeAuthority } from 'sluice'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

// A controller and two brokers, as processes of their own have them, over real sockets: they know each other by the
// certificates of their cluster's own authority, and nobody else gets in.

const host = '127.0.0.1'
const within = { timeout: 30_000, interval: 50 }
const effects = {
  clock: systemClock(),
  disk: systemDisk(),
  network: systemNetwork(),
  random: systemRandom(),
  logger: silentLogger,
}
const directory = mkdtempSync(join(tmpdir(), 'sluice-nodes-'))
const local = new Authority(effects, directory)
const nodes = new NodeAuthority(effects, join(directory, 'ours'), 'ours')
const others = new NodeAuthority(effects, join(directory, 'others'), 'others')
const brokers: StartedBroker[] = []
let controller: StartedNode

beforeAll(async () => {
  const clusterId = randomUuid(effects.random)
  const started = async (name: string) => {
    const keystore = join(directory, `${name}.pem`)
    await nodes.keepNodeFile(keystore, [host])
    return { effects, clusterId, directory: join(directory, name), properties: properties(keystore) }
  }
  const listener = { name: 'CONTROLLER_SECURE', protocol: 'SSL' } as const
  const node = { nodeId: 1000, host, port: 0, listener }
  controller = await startControllerNode({ ...(await started('controller')), controller: node })
  const port = controller.listeners[0]?.port ?? 0
  for (const nodeId of [1, 2]) {
    const listeners = [{ name: 'REPLICATION_SECURE', protocol: 'SSL', host, port: 0 } as const]
    const broker = { nodeId, rack: null, listeners }
    brokers.push(
      await startBrokerNode({
        ...(await started(`broker-${nodeId}`)),
        controller: { ...node, port },
        broker,
      }),
    )
  }
  await nodes.keepNodeFile(nodes.servicePath, [host])
  await others.keepNodeFile(others.servicePath, [host])
  await local.issueForClient('CN=somebody')
}, 60_000)

afterAll(async () => {
  for (const broker of brokers) await broker.stop({ clean: true })
  await controller?.stop({ clean: true })
  rmSync(directory, { recursive: true, force: true })
})

function properties(keystore: string) {
  const own = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': nodes.certificatePath,
    'ssl.client.auth': 'required',
  }
  return Object.fromEntries(
    ['replication_secure', 'controller_secure'].flatMap((listener) =>
      Object.entries(own).map(([name, value]) => [`listener.name.${listener}.${name}`, value]),
    ),
  )
}

const portOf = ({ listeners }: StartedNode) => listeners[0]?.port ?? 0

function open(node: StartedNode, tls: ConnectOptions['tls'] = nodes.credentials()): Promise<Connection> {
  const { network, clock } = effects
  return Connection.open({
    network,
    clock,
    host,
    port: portOf(node),
    requestTimeoutMs: 10_000,
    ...(tls && { tls }),
  })
}

it('nodes replicate, and the service reaches them', async () => {
  const [first, second] = brokers
  if (!first || !second) throw new Error('there are two')
  const client = await open(first)
  await createTopic(client, 'events', { assignments: [[1, 2]] })
  await vi.waitFor(async () => {
    const { topics } = await describeTopics(client, ['events'])
    expect(topics[0]?.partitions[0]?.isrNodes).toHaveLength(2)
  }, within)
  await vi.waitFor(
    () => produce(client, 'events', 0, [{ key: null, value: Buffer.from('kept') }], { acks: -1 }),
    within,
  )
  expect(await fetchRecords(client, 'events', 0, 0)).toHaveLength(1)
  await client.close()
  // Nobody but a node of this cluster could have brought it there.
  await first.stop({ clean: true })
  brokers.shift()
  const other = await open(second)
  await vi.waitFor(async () => expect(await fetchRecords(other, 'events', 0, 0)).toHaveLength(1), within)
  expect((await (await open(controller)).negotiate()).errorCode).toBe(0)
  await other.close()
})

describe.each(['the controller', 'a broker'])('%s lets nobody in', (whom) => {
  const node = () => (whom === 'a broker' ? brokers.at(-1) : controller) as StartedNode
  const authorities = () => nodes.credentials().authorities
  const answer = async (tls: ConnectOptions['tls']) => {
    const connection = await open(node(), tls)
    try {
      return await connection.negotiate()
    } finally {
      await connection.close()
    }
  }

  it('without a certificate', async () => {
    await expect(answer({ authorities: authorities() })).rejects.toThrow()
  })

  it('with a certificate of a client, though it has the name of a node', async () => {
    const { key, certificate } = await local.issueForClient('CN=nodes.ours,O=Sluice')
    const shown = { key, certificates: certificate, authorities: authorities() }
    await expect(answer(shown)).rejects.toThrow()
    const chain = { ...shown, certificates: `${certificate}${local.certificate()}` }
    await expect(answer(chain)).rejects.toThrow()
  })

  it('who is a node of another cluster', async () => {
    await expect(answer({ ...others.credentials(), authorities: authorities() })).rejects.toThrow()
  })

  it('in plain text', async () => {
    const { network, clock } = effects
    const connection = await Connection.open({
      network,
      clock,
      host,
      port: portOf(node()),
      requestTimeoutMs: 10_000,
    })
    await expect(connection.negotiate()).rejects.toThrow()
  })

  it('and is not believed by who trusts another cluster', async () => {
    const { authorities: foreign } = others.credentials()
    await expect(open(node(), { ...nodes.credentials(), authorities: foreign })).rejects.toThrow()
  })
})

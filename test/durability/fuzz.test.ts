import { Connection, createTopic, describeTopics, fetchRecords, KafkaError, produce } from '@sluice/client'
import {
  lineLogger,
  MemoryDisk,
  type Random,
  seededRandom,
  systemClock,
  systemNetwork,
} from '@sluice/effects'
import { type Cluster, handlers, startCluster } from '@sluice/engine'
import { ApiVersions, ErrorCode, UnregisterBroker } from '@sluice/wire'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frameOf, type Known, mutatedBytes, mutatedValues, sampleRequests, sized } from './fuzz-input.ts'

// Whatever comes over a socket, the broker neither falls, nor hangs, nor grows. A failure is a seed:
//   SLUICE_FUZZ_SEED=n [SLUICE_FUZZ_ROUNDS=m] npx vitest run test/durability/fuzz.test.ts

const seed = Number(process.env.SLUICE_FUZZ_SEED ?? Date.now() % 1_000_000)
const rounds = Number(process.env.SLUICE_FUZZ_ROUNDS ?? 1)
const inputsPerCheck = 50
const growthBytesMax = 150 * 1024 * 1024

const samples = sampleRequests()
const served = samples.filter(({ api, version }) => {
  // It takes the broker out of its cluster, as it should.
  if (api.apiKey === UnregisterBroker.apiKey) return false
  const handler = handlers.get(api.apiKey)
  return handler !== undefined && version >= handler.minVersion && version <= handler.maxVersion
})
const random: Random = seededRandom(seed)
const problems: string[] = []
let cluster: Cluster
let port: number
let known: Known
let recent: { what: string; frame: Buffer }[] = []
let sockets: Socket[] = []
let answers = 0
let appends = 0

beforeAll(async () => {
  console.log(`fuzz seed ${seed}`)
  const clock = systemClock()
  const disk = new MemoryDisk(() => clock.now())
  disk.beforeOperation = (operation, path) => {
    if (operation === 'write' && /\/s[13]-/.test(path) && path.endsWith('.log')) appends++
  }
  cluster = await startCluster({
    directory: '/cluster',
    controller: { nodeId: 10_000, host: '127.0.0.1', port: 0 },
    brokers: [
      {
        nodeId: 1,
        rack: null,
        listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 0 }],
      },
    ],
    properties: {
      'auto.create.topics.enable': 'true',
      'default.replication.factor': '1',
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '2',
      'group.initial.rebalance.delay.ms': '0',
    },
    effects: {
      clock,
      disk,
      network: systemNetwork(),
      random: seededRandom(seed),
      // A handler that throws, or whose promise is rejected, says so at this level.
      logger: lineLogger(
        (line) => problems.push(line),
        'error',
        () => clock.now(),
      ),
    },
    onBrokerFailure: (_, failure) => problems.push(`the broker has stopped: ${failure.stack}`),
  })
  port = cluster.brokers[0]?.listeners[0]?.port as number
  known = await knownNow()
  const connection = await open()
  await produce(connection, 's1', 0, [{ value: 'one' }])
  await connection.close()
})

afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await cluster.stop()
})

function open(): Promise<Connection> {
  return Connection.open({
    network: systemNetwork(),
    host: '127.0.0.1',
    port,
    clock: systemClock(),
    requestTimeoutMs: 10_000,
  })
}

/** Sends the bytes on a connection of their own or behind the last ones; answers are counted, not read. */
async function send(what: string, frame: Buffer): Promise<void> {
  recent.push({ what, frame })
  let socket = sockets.at(-1)
  if (!socket || random.int(4) > 0) {
    socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => {})
    socket.on('data', () => answers++)
    sockets.push(socket)
  }
  socket.write(frame)
  if (recent.length >= inputsPerCheck) await check()
}

/** The topics that requests may hit, made again where a request has deleted them. */
async function knownNow(): Promise<Known> {
  const connection = await open()
  const names = ['s1', 's3']
  for (const name of names) {
    try {
      await createTopic(connection, name, { partitions: 2 })
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== ErrorCode.TOPIC_ALREADY_EXISTS) throw error
    }
  }
  const { topics } = await describeTopics(connection, names)
  await connection.close()
  return { topics: names, topicIds: topics.map(({ topicId }) => topicId), groups: ['s2', 'group'] }
}

/** The broker answers another client, and nothing has been logged as an error. */
async function check(): Promise<void> {
  const inputs = recent
  recent = []
  for (const socket of sockets) if (!socket.destroyed && socket.pending) await once(socket, 'connect')
  const story = () =>
    inputs.map(({ what, frame }) => `${what} ${frame.toString('hex').slice(0, 200)}`).join('\n')
  const connection = await open()
  try {
    const topics = await connection.request(ApiVersions, {
      clientSoftwareName: 'fuzz',
      clientSoftwareVersion: '1',
    })
    expect(topics.errorCode, story()).toBe(0)
  } catch (error) {
    throw new Error(`seed ${seed}: no answer after\n${story()}`, { cause: error })
  } finally {
    await connection.close()
  }
  for (const socket of sockets) socket.destroy()
  sockets = []
  known = await knownNow()
  if (problems.length > 0) throw new Error(`seed ${seed}: ${problems.join('\n')}\nafter\n${story()}`)
}

async function finish(): Promise<void> {
  await check()
  // What became of the connections that are gone now.
  await check()
  expect(cluster.brokers[0]?.state).toBe('running')
}

/** Live objects and buffers, bytes. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

describe('the broker survives', { timeout: 60_000 + rounds * 60_000 }, () => {
  it('every example request of the release', async () => {
    answers = 0
    for (const sample of samples) await send(`${sample.api.name} ${sample.version}`, frameOf(sample))
    await finish()
    expect(answers).toBeGreaterThan(200)
  })

  it('requests with changed bytes', async () => {
    for (let round = 0; round < rounds; round++)
      for (const sample of served) {
        const body = mutatedBytes(random, sample.body)
        await send(`${sample.api.name} ${sample.version}`, frameOf({ ...sample, body }))
      }
    await finish()
  })

  it('requests with changed values', async () => {
    appends = 0
    // Few of them are whole in every respect, so that records need more tries than the rest.
    const produces = served.filter(({ api }) => api.name === 'Produce')
    const inputs = [...served, ...Array.from({ length: 8 }, () => produces).flat()]
    for (let round = 0; round < 3 * rounds; round++)
      for (const sample of inputs) {
        const body = mutatedValues(random, sample, known)
        if (body) await send(`${sample.api.name} ${sample.version}`, frameOf({ ...sample, body }))
      }
    await finish()
    expect(appends, 'requests that came as far as the log').toBeGreaterThan(2)
  })

  it('frames with changed headers, of any size, cut off, or of random bytes', async () => {
    for (let input = 0; input < 1_000 * rounds; input++) {
      const sample = samples[random.int(samples.length)] as (typeof served)[number]
      const kind = random.int(4)
      if (kind === 0) await send('random', random.bytes(1 + random.int(200)))
      else if (kind === 1) await send('random payload', sized(random.bytes(8 + random.int(200))))
      else if (kind === 2) await send(`mutated ${sample.api.name}`, mutatedBytes(random, frameOf(sample)))
      else
        await send(
          `mutated payload of ${sample.api.name}`,
          sized(mutatedBytes(random, frameOf(sample).subarray(4))),
        )
    }
    await finish()
  })

  it('all of it without growing, and serves as before', async () => {
    const before = memoryInUse()
    const bytes = frameOf(samples.find(({ api }) => api.name === 'Produce') as (typeof served)[number])
    // Sizes that promise much and deliver nothing must not be reserved.
    for (let input = 0; input < 500; input++) {
      const frame = Buffer.from(bytes)
      frame.writeInt32BE(100_000_000, 0)
      await send('a promise of 100 MB', frame)
    }
    await finish()
    expect(memoryInUse() - before).toBeLessThan(growthBytesMax)
    const connection = await open()
    const { name } = await createTopic(connection, 'afterwards', { partitions: 1 })
    await produce(connection, name, 0, [{ value: 'still here' }], { acks: 1 })
    expect((await fetchRecords(connection, name, 0, 0)).map(({ value }) => String(value))).toEqual([
      'still here',
    ])
    await connection.close()
  })
})

// The few requests that the benchmark itself sends: topics made and deleted, one record produced. Written by
// hand and in old versions, so that it needs no build and works with any broker.
import { connect } from 'node:net'

const failoverWithinMs = 120_000

/** One connection; requests do not overlap. */
export class Connection {
  #socket
  #received = Buffer.alloc(0)
  #waiting

  static open(address) {
    return new Promise((resolve, reject) => {
      const connection = new Connection()
      const socket = connect({ ...address, noDelay: true })
      connection.#socket = socket
      socket.on('connect', () => resolve(connection))
      socket.on('error', (error) => {
        reject(error)
        connection.#waiting?.reject(error)
      })
      socket.on('close', () => connection.#waiting?.reject(new Error('the broker closed the connection')))
      socket.on('data', (data) => connection.#take(data))
    })
  }

  request(apiKey, version, body) {
    const header = Buffer.concat([int32(0), int16(apiKey), int16(version), int32(1), string('bench')])
    const frame = Buffer.concat([header, body])
    frame.writeInt32BE(frame.length - 4, 0)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(frame)
    })
  }

  close() {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #take(data) {
    this.#received = Buffer.concat([this.#received, data])
    if (this.#received.length < 4) return
    const size = this.#received.readInt32BE(0)
    if (this.#received.length < 4 + size) return
    // The correlation id goes; requests do not overlap.
    const body = this.#received.subarray(8, 4 + size)
    this.#received = this.#received.subarray(4 + size)
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(body)
  }
}

async function once(address, use) {
  const connection = await Connection.open(address)
  try {
    return await use(connection)
  } finally {
    connection.close()
  }
}

/** Metadata 1 of no topic: how many brokers it names. */
export function metadataBrokers(address) {
  return once(address, async (connection) => (await connection.request(3, 1, int32(0))).readInt32BE(0))
}

/** A topic whose partitions are all led by the broker at the address: ready when each answers ListOffsets. */
export function createTopic(address, name, partitions) {
  return once(address, async (connection) => {
    const broker = await brokerAt(connection, address)
    await requestTopics(connection, [
      assignedTopic(
        name,
        Array.from({ length: partitions }, () => [broker]),
      ),
    ])
    await until(async () => (await worstOffsetError(connection, name, partitions)) === 0, 120_000)
  })
}

/** A topic of one partition in a cluster of several brokers; the address of its leader, once there is one. */
export function createReplicatedTopic(address, name, replicas) {
  return once(address, async (connection) => {
    await requestTopics(connection, [countedTopic(name, 1, replicas)])
    let leader
    await until(async () => {
      leader = await leaderOf(connection, name)
      return leader !== undefined
    })
    return leader
  })
}

/** A topic with these replicas of each partition, the leader first: ready when all of them are in sync. */
export function createAssignedTopic(address, name, assignments) {
  return once(address, async (connection) => {
    await requestTopics(connection, [assignedTopic(name, assignments)])
    await until(async () => {
      const { topics } = await metadata(connection, [name])
      const partitions = topics[0]?.error === 0 ? topics[0].partitions : []
      const stands = ({ index, leader, isr }) =>
        leader === assignments[index][0] && isr.length === assignments[index].length
      return partitions.length === assignments.length && partitions.every(stands)
    }, 120_000)
  })
}

/** IncrementalAlterConfigs 0: what all brokers of the cluster have from now on. */
export function configureBrokers(address, configs) {
  return once(address, async (connection) => {
    const set = Object.entries(configs).map(([name, value]) =>
      Buffer.concat([string(name), int8(0), string(value)]),
    )
    // The one resource: a broker (4) without a name, which is all of them.
    const body = [int32(1), int8(4), string(''), int32(set.length), ...set, int8(0)]
    const response = await connection.request(44, 0, Buffer.concat(body))
    const error = response.readInt16BE(4 + 4)
    if (error !== 0) throw new Error(`IncrementalAlterConfigs answered error ${error}`)
  })
}

/** Topics whose replicas the controller places, in one request. */
export function createTopics(address, names, partitions, replicas) {
  return once(address, (connection) =>
    requestTopics(
      connection,
      names.map((name) => countedTopic(name, partitions, replicas)),
    ),
  )
}

/** The brokers by id. */
export function clusterBrokers(address) {
  return once(address, async (connection) => (await metadata(connection, [])).brokers)
}

/** How many partitions of all topics are led by other brokers than this one, as the broker at the address says. */
export function partitionsLedByOthers(address, dead) {
  return once(address, async (connection) => {
    const { brokers, topics } = await metadata(connection, null)
    const led = ({ leader }) => leader !== dead && brokers.has(leader)
    return topics.flatMap(({ partitions }) => partitions).filter(led).length
  })
}

/**
 * Milliseconds on the monotonic clock when a record to partition 0 was acknowledged by another leader than the broker
 * `dead`; `address` is of a broker that lives.
 */
export async function acknowledgedByAnother(address, topic, dead) {
  await until(
    async () => {
      const leader = await once(address, async (connection) => {
        const { brokers, topics } = await metadata(connection, [topic])
        const id = topics[0]?.partitions[0]?.leader
        return id === dead ? undefined : brokers.get(id)
      })
      return leader && (await once(leader, (connection) => produceOne(connection, topic))) === 0
    },
    failoverWithinMs,
    1,
  )
  return performance.now()
}

/** The id of the broker that listens on this port, as Metadata names it. */
async function brokerAt(connection, { port }) {
  const { brokers } = await metadata(connection, [])
  return [...brokers].find(([, broker]) => broker.port === port)?.[0]
}

function countedTopic(name, partitions, replicas) {
  return Buffer.concat([string(name), int32(partitions), int16(replicas), int32(0), int32(0)])
}

function assignedTopic(name, assignments) {
  const assigned = assignments.map((brokers, index) =>
    Buffer.concat([int32(index), int32(brokers.length), ...brokers.map(int32)]),
  )
  return Buffer.concat([string(name), int32(-1), int16(-1), int32(assigned.length), ...assigned, int32(0)])
}

/** CreateTopics 4. */
async function requestTopics(connection, topics) {
  const body = Buffer.concat([int32(topics.length), ...topics, int32(120_000), int8(0)])
  const response = await connection.request(19, 4, body)
  let at = 4 + 4
  for (let left = response.readInt32BE(4); left > 0; left--) {
    at += 2 + response.readInt16BE(at)
    const error = response.readInt16BE(at)
    if (error !== 0) throw new Error(`CreateTopics answered error ${error}`)
    at += 2 + 2 + Math.max(response.readInt16BE(at + 2), 0)
  }
}

/** Metadata 1 of these topics, or of all where there is no list: brokers by id, and each topic's partitions. */
async function metadata(connection, names) {
  const wanted = names ? Buffer.concat([int32(names.length), ...names.map(string)]) : int32(-1)
  const response = await connection.request(3, 1, wanted)
  let at = 0
  const next32 = () => response.readInt32BE((at += 4) - 4)
  const next16 = () => response.readInt16BE((at += 2) - 2)
  const text = () => {
    const length = Math.max(next16(), 0)
    return response.toString('utf8', at, (at += length))
  }
  const list = (read) => Array.from({ length: next32() }, read)
  const brokers = new Map(
    list(() => {
      const id = next32()
      const broker = { host: text(), port: next32() }
      // The rack, which may be null.
      text()
      return [id, broker]
    }),
  )
  // The controller.
  next32()
  const topics = list(() => {
    const error = next16()
    const name = text()
    // Whether it is internal.
    at += 1
    const partitions = list(() => ({
      error: next16(),
      index: next32(),
      leader: next32(),
      replicas: list(next32),
      isr: list(next32),
    }))
    return { error, name, partitions }
  })
  return { brokers, topics }
}

/** Where the leader of partition 0 listens; undefined while it has none. */
async function leaderOf(connection, topic) {
  const { brokers, topics } = await metadata(connection, [topic])
  const [partition] = topics[0]?.error === 0 ? topics[0].partitions : []
  return partition?.error === 0 ? brokers.get(partition.leader) : undefined
}

/** ListOffsets 1 of the latest offset of each partition: the first error that is not 0. */
async function worstOffsetError(connection, name, partitions) {
  const wanted = Array.from({ length: partitions }, (_, index) => Buffer.concat([int32(index), int64(-1)]))
  const body = Buffer.concat([int32(-1), int32(1), string(name), int32(partitions), ...wanted])
  const response = await connection.request(2, 1, body)
  let at = 4 + 2 + response.readInt16BE(4)
  const count = response.readInt32BE(at)
  at += 4
  for (let index = 0; index < count; index++, at += 4 + 2 + 8 + 8) {
    const error = response.readInt16BE(at + 4)
    if (error !== 0) return error
  }
  return 0
}

/** DeleteTopics 1. */
export function deleteTopic(address, name) {
  return once(address, async (connection) => {
    const body = Buffer.concat([int32(1), string(name), int32(30_000)])
    const response = await connection.request(20, 1, body)
    const error = response.readInt16BE(4 + 4 + 2 + response.readInt16BE(8))
    if (error !== 0) throw new Error(`DeleteTopics answered error ${error}`)
  })
}

/**
 * Milliseconds on the monotonic clock when a record to partition 0 of an existing topic was acknowledged; it
 * tries from now on, also while nobody listens yet.
 */
export async function firstAcknowledgement(address, topic, withinMs = 60_000) {
  const end = performance.now() + withinMs
  for (;;) {
    try {
      const error = await once(address, (connection) => produceOne(connection, topic))
      if (error === 0) return performance.now()
    } catch {
      // Not listening yet.
    }
    if (performance.now() > end) throw new Error(`no acknowledgement within ${withinMs} ms`)
    await sleep(2)
  }
}

/** Produce 7 of one record; the partition's error code. */
async function produceOne(connection, topic) {
  const record = Buffer.from([0x10, 0, 0, 0, 1, 4, 0x6f, 0x6b, 0])
  const now = BigInt(Date.now())
  const checked = Buffer.concat([
    int16(0),
    int32(0),
    int64(now),
    int64(now),
    int64(-1),
    int16(-1),
    int32(-1),
    int32(1),
    record,
  ])
  const batch = Buffer.concat([
    int64(0),
    int32(checked.length + 9),
    int32(0),
    int8(2),
    crc32c(checked),
    checked,
  ])
  const partition = [int32(1), int32(0), int32(batch.length), batch]
  const body = Buffer.concat([int16(-1), int16(1), int32(10_000), int32(1), string(topic), ...partition])
  const response = await connection.request(0, 7, body)
  return response.readInt16BE(4 + 2 + response.readInt16BE(4) + 4 + 4)
}

export async function until(check, withinMs = 30_000, everyMs = 20) {
  const end = performance.now() + withinMs
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms`)
    await sleep(everyMs)
  }
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const int8 = (value) => Buffer.from([value])
function int16(value) {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}
function int32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
function int64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
function string(text) {
  return Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)])
}

function crc32c(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  const result = Buffer.alloc(4)
  result.writeUInt32BE(~crc >>> 0)
  return result
}

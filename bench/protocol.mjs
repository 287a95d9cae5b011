// The few requests that the benchmark itself sends: topics made and deleted, one record produced. Written by
// hand and in old versions, so that it needs no build and works with any broker.
import { connect } from 'node:net'

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
    await requestTopic(connection, name, partitions, 1, await brokerAt(connection, address))
    await until(async () => (await worstOffsetError(connection, name, partitions)) === 0, 120_000)
  })
}

/** A topic of one partition in a cluster of several brokers; the address of its leader, once there is one. */
export function createReplicatedTopic(address, name, replicas) {
  return once(address, async (connection) => {
    await requestTopic(connection, name, 1, replicas)
    let leader
    await until(async () => {
      leader = await leaderOf(connection, name)
      return leader !== undefined
    })
    return leader
  })
}

/** The id of the broker that listens on this port, as Metadata 1 names it. */
async function brokerAt(connection, { port }) {
  const { brokers } = brokersIn(await connection.request(3, 1, int32(0)))
  return [...brokers].find(([, broker]) => broker.port === port)?.[0]
}

/** CreateTopics 4; with a broker, all partitions on it. */
async function requestTopic(connection, name, partitions, replicas, broker) {
  const counts = broker === undefined ? [int32(partitions), int16(replicas)] : [int32(-1), int16(-1)]
  const assigned = Array.from({ length: broker === undefined ? 0 : partitions }, (_, index) =>
    Buffer.concat([int32(index), int32(1), int32(broker)]),
  )
  const topic = [string(name), ...counts, int32(assigned.length), ...assigned, int32(0)]
  const body = Buffer.concat([int32(1), ...topic, int32(30_000), int8(0)])
  const response = await connection.request(19, 4, body)
  const error = response.readInt16BE(4 + 4 + 2 + response.readInt16BE(8))
  if (error !== 0) throw new Error(`CreateTopics answered error ${error}`)
}

/** The brokers that a Metadata 1 response begins with, by id, and where they end. */
function brokersIn(response) {
  const brokers = new Map()
  let at = 4
  for (let left = response.readInt32BE(0); left > 0; left--) {
    const id = response.readInt32BE(at)
    const end = at + 6 + response.readInt16BE(at + 4)
    const host = response.toString('utf8', at + 6, end)
    brokers.set(id, { host, port: response.readInt32BE(end) })
    // The rack, which may be null.
    at = end + 6 + Math.max(response.readInt16BE(end + 4), 0)
  }
  return { brokers, at }
}

/** Metadata 1: where the leader of partition 0 listens; undefined while it has none. */
async function leaderOf(connection, topic) {
  const response = await connection.request(3, 1, Buffer.concat([int32(1), string(topic)]))
  const { brokers, at: behind } = brokersIn(response)
  let at = behind
  // The controller, one topic: its error, its name, whether it is internal, its partitions.
  at += 4 + 4
  if (response.readInt16BE(at) !== 0) return undefined
  at += 2 + 2 + response.readInt16BE(at + 2) + 1
  if (response.readInt32BE(at) < 1 || response.readInt16BE(at + 4) !== 0) return undefined
  return brokers.get(response.readInt32BE(at + 4 + 2 + 4))
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

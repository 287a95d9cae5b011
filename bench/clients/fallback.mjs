// The load clients in Node, for machines without a C compiler: the same arguments and the same output as
// produce.c, fetch.c, latency.c, loopback.c and drop-cache.c, at several times their cost.
import { connect, createServer } from 'node:net'

const [mode, ...settings] = process.argv.slice(2)
const options = Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2)))
const number = (name, otherwise) => {
  const value = Number(options[name] ?? otherwise)
  if (Number.isNaN(value)) fail(`${name}= must be a number`)
  return value
}
const ports = (options.port ?? '').split(',').map(Number)
const addressOf = (port) => ({ host: options.host ?? '127.0.0.1', port })
const seconds = number('seconds', 3)
const warmUp = number('warmup', 0.3)

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const now = () => performance.now() / 1000

function print(figures) {
  const rounded = Object.entries(figures).map(([key, value]) => [key, Math.round(value * 10_000) / 10_000])
  process.stdout.write(`${JSON.stringify(Object.fromEntries(rounded))}\n`)
}

function percentileMs(sorted, share) {
  return (sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0) * 1000
}

/** Calls `onResponse` with each response without its size. */
function open(onResponse, port = ports[0]) {
  return new Promise((resolve) => {
    let kept = Buffer.alloc(0)
    const socket = connect({ ...addressOf(port), noDelay: true }, () => resolve(socket))
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail('the broker closed the connection'))
    socket.on('data', (data) => {
      kept = kept.length ? Buffer.concat([kept, data]) : data
      let at = 0
      while (kept.length - at >= 4) {
        const end = at + 4 + kept.readInt32BE(at)
        if (kept.length < end) break
        onResponse(kept.subarray(at + 4, end))
        at = end
      }
      kept = kept.subarray(at)
    })
  })
}

async function produce() {
  const partitions = number('partitions')
  const recordBytes = number('record')
  const records = Math.max(Math.floor(number('batch') / (recordBytes + 8)), 1)
  const inFlight = number('inflight', 5)
  const connections = number('connections', 1)
  const most = number('bytes', 1e18) / (records * recordBytes) / connections + 1
  const requests = Array.from({ length: partitions }, (_, partition) =>
    produceRequest(partition, records, recordBytes),
  )
  const start = now() + warmUp
  const stopAt = start + seconds
  const latencies = []
  let counted = 0
  let first = Infinity
  let last = 0
  // Partition p is led by the broker at port p modulo their number, as connection c goes to port c modulo that.
  const run = async (id) => {
    const broker = id % ports.length
    const led = Math.ceil((partitions - broker) / ports.length)
    const sentAt = []
    let sent = 0
    let sentBefore = 0
    let received = 0
    let finish
    const finished = new Promise((resolve) => {
      finish = resolve
    })
    const send = () => {
      while (sent - received < inFlight && sent - sentBefore < most && now() < stopAt) {
        sentAt.push(now())
        socket.write(requests[broker + ((sent + id) % led) * ports.length])
        sent++
        if (now() < start) sentBefore = sent
      }
      if (received === sent) finish()
    }
    const socket = await open((response) => {
      checkProduced(response)
      const at = now()
      const began = sentAt.shift()
      if (at >= start) {
        if (first === Infinity) first = at
        else counted++
        last = at
        latencies.push(at - began)
      }
      received++
      send()
    }, ports[broker])
    send()
    await finished
  }
  await Promise.all(Array.from({ length: connections }, (_, id) => run(id)))
  if (counted === 0) fail('nothing was counted: the run is shorter than its warm-up')
  latencies.sort((a, b) => a - b)
  const took = last - first
  print({
    seconds: took,
    requests: counted,
    requestsPerSecond: counted / took,
    megabytesPerSecond: (counted * records * recordBytes) / 1e6 / took,
    ackP50Ms: percentileMs(latencies, 0.5),
    ackP99Ms: percentileMs(latencies, 0.99),
    cpuSeconds: cpuSeconds(),
    records: counted * records,
  })
}

async function fetch() {
  const partitions = number('partitions')
  const records = number('records')
  const once = number('once', 0) !== 0
  const offsets = new Float64Array(partitions)
  const start = now() + (once ? 0 : warmUp)
  const stopAt = start + seconds
  let seen = 0
  let counted = { answers: 0, bytes: 0, records: 0, first: once ? start : 0, last: 0 }
  let answered
  const socket = await open((response) => answered(response))
  if (number('follow', 0)) {
    const response = await new Promise((resolve) => {
      answered = resolve
      socket.write(endOffsetsRequest(partitions))
    })
    for (let index = 0, at = 8 + 2 + response.readInt16BE(8) + 4; index < partitions; index++, at += 22)
      offsets[response.readInt32BE(at)] = Number(response.readBigInt64BE(at + 14))
  }
  while (once ? seen < records : now() < stopAt) {
    if (seen >= records) {
      offsets.fill(0)
      seen = 0
    }
    const response = await new Promise((resolve) => {
      answered = resolve
      socket.write(
        fetchRequest(offsets, number('maxbytes', 52_428_800), number('partitionmaxbytes', 1_048_576)),
      )
    })
    const before = seen
    const bytes = walkFetch(response, (partition, base, count) => {
      if (base > offsets[partition]) fail(`partition ${partition}: wanted ${offsets[partition]}, got ${base}`)
      offsets[partition] = base + count
      seen += count
    })
    const at = now()
    if (at < start) continue
    if (counted.first === 0) counted = { ...counted, first: at, last: at }
    else {
      const { first } = counted
      counted = {
        answers: counted.answers + 1,
        bytes: counted.bytes + bytes,
        records: counted.records + seen - before,
        first,
        last: at,
      }
    }
  }
  if (counted.answers === 0) fail('nothing was counted: the run is shorter than its warm-up')
  const took = counted.last - counted.first
  print({
    seconds: took,
    requests: counted.answers,
    requestsPerSecond: counted.answers / took,
    megabytesPerSecond: counted.bytes / 1e6 / took,
    recordsPerSecond: counted.records / took,
    cpuSeconds: cpuSeconds(),
  })
}

async function latency() {
  const rate = number('rate')
  const each = number('each', 1)
  const count = Math.floor(number('count') / each)
  const due = new Float64Array(count)
  const acknowledged = new Float64Array(count)
  const consumed = new Float64Array(count)
  let acknowledgements = 0
  const producer = await open((response) => {
    checkProduced(response)
    acknowledged[acknowledgements++] = now()
  })
  let next = 0
  let finish
  const finished = new Promise((resolve) => {
    finish = resolve
  })
  const poll = () => consumer.write(fetchRequest(new Float64Array([next]), 8 << 20, 1 << 20))
  const consumer = await open((response) => {
    const at = now()
    walkFetch(response, (_, base, records) => {
      const end = base + records
      // A request is consumed with its last record.
      for (
        let index = Math.floor(Math.max(base, next) / each);
        index < Math.floor(end / each) && index < count;
        index++
      )
        consumed[index] = at
      next = Math.max(next, end)
    })
    if (next < count * each) poll()
    else finish()
  })
  poll()
  const request = produceRequest(0, each, number('record', 100))
  const start = now() + 0.1
  for (let index = 0; index < count; ) {
    while (index < count && start + (index * each) / rate <= now()) {
      due[index] = start + (index * each) / rate
      producer.write(request)
      index++
    }
    // A timer would come a millisecond late; the loop goes round instead.
    await new Promise((resolve) => setImmediate(resolve))
  }
  await finished
  while (acknowledgements < count) await new Promise((resolve) => setImmediate(resolve))
  const skip = Math.floor(count / 10)
  const sorted = (times) =>
    times
      .map((time, index) => time - due[index])
      .subarray(skip)
      .toSorted()
  const [acks, ends] = [sorted(acknowledged), sorted(consumed)]
  print({
    count: count - skip,
    ackP50Ms: percentileMs(acks, 0.5),
    ackP99Ms: percentileMs(acks, 0.99),
    ackP999Ms: percentileMs(acks, 0.999),
    p50Ms: percentileMs(ends, 0.5),
    p99Ms: percentileMs(ends, 0.99),
    p999Ms: percentileMs(ends, 0.999),
    maxMs: percentileMs(ends, 1),
  })
}

/** Both ends in this process: a floor, lower than what two processes reach. */
async function loopback() {
  const chunk = Buffer.alloc(number('chunk'))
  const inFlight = number('inflight', 64)
  const echo = options.mode === 'echo'
  const answer = Buffer.alloc(64)
  let taken = 0
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', (data) => {
      const before = Math.floor(taken / chunk.length)
      taken += data.length
      const whole = Math.floor(taken / chunk.length) - before
      if (echo && whole > 0) socket.write(Buffer.concat(Array.from({ length: whole }, () => answer)))
    })
    socket.on('error', () => {})
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect({ host: '127.0.0.1', port: server.address().port, noDelay: true })
  const started = now()
  const stopAt = started + number('seconds', 1)
  let done = 0
  let answered = 0
  await new Promise((resolve) => {
    let sent = 0
    const send = () => {
      while (!echo || sent - done < inFlight) {
        if (now() >= stopAt) return resolve()
        sent++
        if (!socket.write(chunk) && !echo) return undefined
      }
      return undefined
    }
    socket.on('connect', send)
    socket.on('drain', () => !echo && send())
    socket.on('data', (data) => {
      answered += data.length
      done = Math.floor(answered / answer.length)
      send()
    })
  })
  const took = now() - started
  const chunks = echo ? done : Math.floor(taken / chunk.length)
  print({
    seconds: took,
    chunks,
    chunksPerSecond: chunks / took,
    megabytesPerSecond: (chunks * chunk.length) / 1e6 / took,
  })
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

// ---- requests and responses, as in kafka.h ----

function frame(apiKey, version, ...parts) {
  const header = [int32(0), int16(apiKey), int16(version), int32(1), string('bench')]
  const bytes = Buffer.concat([...header, ...parts])
  bytes.writeInt32BE(bytes.length - 4, 0)
  return bytes
}

/** Produce 7. */
function produceRequest(partition, records, recordBytes) {
  const batch = recordBatch(records, recordBytes)
  const head = [int16(-1), int16(number('acks', 1)), int32(30_000), int32(1), string(options.topic)]
  return frame(0, 7, ...head, int32(1), int32(partition), int32(batch.length), batch)
}

/** Fetch 11 without a session. */
function fetchRequest(offsets, maxBytes, partitionMaxBytes) {
  const head = [int32(-1), int32(500), int32(1), int32(maxBytes), int8(0), int32(0), int32(-1)]
  const wanted = Array.from(offsets, (offset, partition) =>
    Buffer.concat([int32(partition), int32(-1), int64(offset), int64(-1), int32(partitionMaxBytes)]),
  )
  return frame(
    1,
    11,
    ...head,
    int32(1),
    string(options.topic),
    int32(wanted.length),
    ...wanted,
    int32(0),
    int16(0),
  )
}

/** ListOffsets 1 of each partition's end. */
function endOffsetsRequest(partitions) {
  const wanted = Array.from({ length: partitions }, (_, partition) =>
    Buffer.concat([int32(partition), int64(-1)]),
  )
  return frame(2, 1, int32(-1), int32(1), string(options.topic), int32(partitions), ...wanted)
}

function checkProduced(response) {
  const at = 8 + 2 + response.readInt16BE(8) + 4 + 4
  if (response.readInt16BE(at) !== 0) fail(`Produce answered error ${response.readInt16BE(at)}`)
}

function walkFetch(b, visit) {
  if (b.readInt16BE(8) !== 0) fail(`Fetch answered error ${b.readInt16BE(8)}`)
  let at = 18
  let total = 0
  for (let topics = b.readInt32BE(14); topics > 0; topics--) {
    at += 2 + b.readInt16BE(at)
    let partitions = b.readInt32BE(at)
    at += 4
    for (; partitions > 0; partitions--) {
      const partition = b.readInt32BE(at)
      const error = b.readInt16BE(at + 4)
      if (error !== 0) fail(`partition ${partition} answered error ${error}`)
      at += 34 + Math.max(b.readInt32BE(at + 30), 0) * 16 + 4
      const end = at + 4 + b.readInt32BE(at)
      total += end - at - 4
      for (let batch = at + 4; batch + 61 <= end; ) {
        const size = b.readInt32BE(batch + 8) + 12
        if (batch + size > end) break
        visit(partition, Number(b.readBigInt64BE(batch)), b.readInt32BE(batch + 23) + 1)
        batch += size
      }
      at = end
    }
  }
  return total
}

function recordBatch(count, size) {
  const value = Buffer.from(Array.from({ length: size }, (_, index) => 97 + ((index * 7) % 26)))
  const records = Array.from({ length: count }, (_, index) => {
    const body = Buffer.concat([
      int8(0),
      varint(0),
      varint(index),
      varint(-1),
      varint(size),
      value,
      varint(0),
    ])
    return Buffer.concat([varint(body.length), body])
  })
  const time = int64(Date.now())
  const head = [int16(0), int32(count - 1), time, time, int64(-1), int16(-1), int32(-1), int32(count)]
  const checked = Buffer.concat([...head, ...records])
  return Buffer.concat([int64(0), int32(checked.length + 9), int32(0), int8(2), crc32c(checked), checked])
}

function crc32c(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return int32(~crc)
}

function varint(value) {
  const bytes = []
  let left = ((value << 1) ^ (value >> 31)) >>> 0
  for (; left >= 128; left >>>= 7) bytes.push((left & 127) | 128)
  return Buffer.from([...bytes, left])
}

function int8(value) {
  return Buffer.from([value])
}
function int16(value) {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}
function int32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
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

/** Node has no request to the system for that. */
function dropCache() {
  process.stdout.write('{"asked":false}\n')
}

const modes = { produce, fetch, latency, loopback, 'drop-cache': dropCache }
if (!modes[mode]) fail(`no such load: ${mode}`)
await modes[mode]()
process.exit(0)

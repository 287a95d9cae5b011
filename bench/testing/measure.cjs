'use strict'
// What a test waits for: run by bench/testing/run.mjs in a process of its own, with --expose-gc. Prints one JSON object of figures, each a list.
const { connect } = require('node:net')
const { KafkaServer } = require('../../packages/testkit/dist/bundle/testing.js')

const [rounds, servers] = process.argv.slice(2).map(Number)
const records = 10_000

async function main() {
  const figures = {
    oneBroker: await times(rounds, () => startToFirstRecord(1)),
    threeBrokers: await times(rounds, () => startToFirstRecord(3)),
    ...(await ofOneServer()),
    ...(await ofTap()),
    ...(await startedAndStopped(servers)),
  }
  process.stdout.write(JSON.stringify(figures))
}

/** The first few warm up. */
async function times(count, run) {
  const all = []
  for (let i = -3; i < count; i++) {
    const ms = await run()
    if (i >= 0) all.push(ms)
  }
  return all
}

async function startToFirstRecord(brokers) {
  const begin = performance.now()
  const kafka = await KafkaServer.start({ brokers, topics: { orders: 1 } })
  await kafka.produce('orders', 'first')
  const ms = performance.now() - begin
  await kafka.stop()
  return ms
}

async function ofOneServer() {
  const kafka = await KafkaServer.start({ topics: { orders: 6 } })
  const some = Array.from({ length: records }, (_, at) => ({ key: `k${at}`, value: 'x'.repeat(100) }))
  await kafka.produce('orders', some)
  const fork = await times(rounds, async () => {
    const begin = performance.now()
    const other = await kafka.fork()
    const ms = performance.now() - begin
    await other.stop()
    return ms
  })
  const reset = await times(rounds, async () => {
    await kafka.produce('orders', some.slice(0, 100))
    const begin = performance.now()
    await kafka.reset()
    return performance.now() - begin
  })
  await kafka.stop()
  return { fork, reset }
}

/**
 * What a small request costs the processor, its client's part included: while nobody listens, and while somebody does. In
 * turns, for nothing else is the same from one second to the next.
 */
async function ofTap() {
  const kafka = await KafkaServer.start()
  const [host, port] = kafka.bootstrap.split(':')
  const unheard = []
  const heard = []
  for (let i = -2; i < rounds; i++) {
    const quiet = await requestMicroseconds({ host, port: Number(port) })
    const tap = kafka.tap()
    const loud = await requestMicroseconds({ host, port: Number(port) })
    await tap.return()
    if (i < 0) continue
    unheard.push(quiet)
    heard.push(loud)
  }
  await kafka.stop()
  return { unheard, heard }
}

const requests = 5_000

/** ApiVersions, whose answer is of the same length each time. */
async function requestMicroseconds(address) {
  const request = Buffer.alloc(14)
  request.writeInt32BE(10, 0)
  request.writeInt16BE(18, 4)
  request.writeInt16BE(-1, 12)
  const socket = connect(address)
  const answered = (count) => {
    let bytes = 0
    let length = 0
    return new Promise((resolve, reject) => {
      socket.on('error', reject).on('data', function take(chunk) {
        if (length === 0) length = chunk.readInt32BE(0) + 4
        bytes += chunk.length
        if (bytes < length * count) return
        socket.off('data', take)
        resolve()
      })
    })
  }
  const first = answered(1)
  socket.write(request)
  await first
  const before = process.cpuUsage()
  const all = answered(requests)
  socket.write(Buffer.concat(Array(requests).fill(request)))
  await all
  const { user, system } = process.cpuUsage(before)
  socket.destroy()
  return (user + system) / requests
}

/** What is left of them: bytes that somebody still holds, and whatever keeps a process alive. */
async function startedAndStopped(count) {
  const startAndStop = async () => {
    const kafka = await KafkaServer.start({ topics: { orders: 1 } })
    await kafka.produce('orders', 'first')
    await kafka.stop()
  }
  for (let i = 0; i < 10; i++) await startAndStop()
  const before = await held()
  for (let i = 0; i < count; i++) await startAndStop()
  const after = await held()
  return {
    keptKilobytes: [(after.bytes - before.bytes) / count / 1024],
    keptHandles: [after.handles - before.handles],
  }
}

async function held() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc()
  }
  const { heapUsed } = process.memoryUsage()
  return { bytes: heapUsed, handles: process.getActiveResourcesInfo().length }
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})

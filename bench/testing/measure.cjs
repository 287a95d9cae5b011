'use strict'
// What a test waits for: run by bench/testing/run.mjs in a process of its own, with --expose-gc. Prints one JSON object of figures, each a list.
const { KafkaServer } = require('../../packages/testkit/dist/bundle/testing.js')

const [rounds, servers] = process.argv.slice(2).map(Number)
const records = 10_000

async function main() {
  const figures = {
    oneBroker: await times(rounds, () => startToFirstRecord(1)),
    threeBrokers: await times(rounds, () => startToFirstRecord(3)),
    ...(await ofOneServer()),
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

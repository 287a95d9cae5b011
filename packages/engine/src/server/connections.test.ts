import type { Connection } from '@sluice/client'
import { AlterClientQuotas, ApiVersions, Metadata } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { plaintextListener, TestBroker } from '../broker/testing/test-broker.ts'
import type { ListenerOptions } from './listeners.ts'

const outer: ListenerOptions = { ...plaintextListener, name: 'OUTER', port: 9093 }
const login: ListenerOptions = { ...plaintextListener, name: 'LOGIN', port: 9094, protocol: 'SASL_PLAINTEXT' }
const listeners = [plaintextListener, outer, login]
const allTopics = { topics: null, allowAutoTopicCreation: false }

const tests: TestBroker[] = []
afterEach(async () => {
  for (const test of tests.splice(0)) await test.close()
})

/** A broker with three listeners, of which CLIENT is that of brokers. */
async function brokerWith(properties: Record<string, string>): Promise<TestBroker> {
  const test = new TestBroker({
    'inter.broker.listener.name': 'CLIENT',
    'listener.name.login.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    ...properties,
  })
  tests.push(test)
  return test.open(listeners)
}

const connect = (test: TestBroker, { port }: ListenerOptions = outer) => test.connect(port)
const isServed = async (client: Connection) =>
  (await client.request(Metadata, allTopics)).brokers.length === 1

async function connectMany(test: TestBroker, count: number, listener = outer): Promise<Connection[]> {
  const all: Connection[] = []
  for (let i = 0; i < count; i++) all.push(await connect(test, listener))
  return all
}

/** Whether it is closed, after whatever is under way. */
async function isClosed(client: Connection): Promise<boolean> {
  let closed = false
  void client.closed.then(() => (closed = true))
  await loopTurns()
  return closed
}

/** What the network has under way is over. */
async function loopTurns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate)
}

describe('beyond max.connections', () => {
  it.each([
    ['of the broker', { 'max.connections': '1' }],
    ['of its listener', { 'listener.name.outer.max.connections': '1' }],
  ])('%s a connection waits until another one ends', async (_, properties) => {
    const test = await brokerWith(properties)
    const first = await connect(test)
    expect(await isServed(first)).toBe(true)
    const second = await connect(test)
    let isAnswered = false
    const answer = isServed(second).then((served) => (isAnswered = served))
    expect(await isClosed(second)).toBe(false)
    expect(isAnswered).toBe(false)
    expect(await isServed(first)).toBe(true)
    await first.close()
    expect(await answer).toBe(true)
  })

  it('of one listener those of others are served', async () => {
    const test = await brokerWith({ 'listener.name.outer.max.connections': '1' })
    expect(await isServed(await connect(test))).toBe(true)
    expect(await isServed(await connect(test, plaintextListener))).toBe(true)
  })

  it('so many wait as socket.listen.backlog.size says; more are closed', async () => {
    const test = await brokerWith({ 'max.connections': '1', 'socket.listen.backlog.size': '2' })
    expect(await isServed(await connect(test))).toBe(true)
    const waiting = await connectMany(test, 2)
    await (await connect(test)).closed
    for (const client of waiting) expect(await isClosed(client)).toBe(false)
  })

  it('a broker gets a place: the connection elsewhere that has been idle for longest ends', async () => {
    const test = await brokerWith({ 'max.connections': '2' })
    const { clock } = test.controller
    const [idle, busy] = [await connect(test), await connect(test)]
    for (const client of [busy, idle]) expect(await isServed(client)).toBe(true)
    await clock.advance(1_000)
    expect(await isServed(busy)).toBe(true)
    expect(await isServed(await connect(test, plaintextListener))).toBe(true)
    await idle.closed
    expect(await isServed(busy)).toBe(true)
  })
})

describe('max.connections.per.ip', () => {
  it('closes what comes beyond it, at once', async () => {
    const test = await brokerWith({ 'max.connections.per.ip': '1' })
    expect(await isServed(await connect(test))).toBe(true)
    await (await connect(test, plaintextListener)).closed
  })

  it('is overridden for single addresses', async () => {
    const test = await brokerWith({
      'max.connections.per.ip': '0',
      'max.connections.per.ip.overrides': '10.0.0.1:1, 127.0.0.1:2',
    })
    const [first, second] = await connectMany(test, 2)
    await (await connect(test)).closed
    for (const client of [first, second]) expect(client && (await isServed(client))).toBe(true)
    await first?.close()
    await loopTurns()
    expect(await isServed(await connect(test))).toBe(true)
  })
})

describe('max.connection.creation.rate', () => {
  it.each([
    ['of the broker', { 'max.connection.creation.rate': '2' }],
    ['of its listener', { 'listener.name.outer.max.connection.creation.rate': '2' }],
  ])('%s lets those wait who come too fast', async (_, properties) => {
    const test = await brokerWith({ ...properties, 'quota.window.num': '2' })
    const [first, second, third] = await connectMany(test, 3)
    for (const client of [first, second]) expect(client && (await isServed(client))).toBe(true)
    let isAnswered = false
    const answer = third && isServed(third).then((served) => (isAnswered = served))
    await test.controller.clock.advance(400)
    expect(isAnswered).toBe(false)
    await test.controller.clock.advance(200)
    expect(await answer).toBe(true)
  })

  it('of the broker slows down no broker', async () => {
    const test = await brokerWith({ 'max.connection.creation.rate': '1', 'quota.window.num': '2' })
    for (const client of await connectMany(test, 5, plaintextListener))
      expect(await isServed(client)).toBe(true)
  })
})

describe('connections that nobody knows yet', () => {
  it.each([
    ['say nothing', plaintextListener, async () => {}],
    ['do not log in', login, (client: Connection) => client.send(ApiVersions, 0, {})],
  ])('and that %s shut nobody out, on no listener', async (_, flooded, begin) => {
    const test = await brokerWith({ 'max.connections': '20' })
    const strangers = await connectMany(test, 20, flooded)
    for (const client of strangers) await begin(client)
    await test.controller.clock.advance(1_000)
    expect(await isServed(await connect(test))).toBe(true)
    await strangers[0]?.closed
    expect(await isClosed(strangers[1] as Connection)).toBe(false)
  })

  it('do not make room before they could log in', async () => {
    const test = await brokerWith({ 'max.connections': '1' })
    const [first] = [await connect(test)]
    const answer = isServed(await connect(test))
    await test.controller.clock.advance(900)
    expect(await isClosed(first as Connection)).toBe(false)
    await test.controller.clock.advance(200)
    expect(await answer).toBe(true)
    expect(await isClosed(first as Connection)).toBe(true)
  })

  it('have a share of each listener: the oldest goes', async () => {
    const test = await brokerWith({ 'max.connections': '130' })
    const known = await connect(test)
    expect(await isServed(known)).toBe(true)
    const [oldest, next] = await connectMany(test, 66)
    await oldest?.closed
    expect(await isClosed(next as Connection)).toBe(false)
    expect(await isServed(known)).toBe(true)
  })

  it('are closed where they have to log in and do not', async () => {
    const test = await brokerWith({})
    const client = await connect(test, login)
    await test.controller.clock.advance(29_000)
    await client.send(ApiVersions, 0, {})
    expect(await isClosed(client)).toBe(false)
    await test.controller.clock.advance(1_100)
    await client.closed
  })
})

it('a request that trickles in keeps no connection open', async () => {
  const test = await brokerWith({ 'connections.max.idle.ms': '10000' })
  let isOver = false
  const socket = await test.network.connect({ host: '127.0.0.1', port: outer.port }, () => ({
    receiveBuffer: () => new Uint8Array(64),
    onRead() {},
    onDrain() {},
    onClose: () => void (isOver = true),
  }))
  for (const byte of [0, 0, 1, 0, 0, 3, 0, 12, 0, 0, 0, 0]) {
    socket.write(Uint8Array.of(byte))
    await test.controller.clock.advance(1_000)
  }
  expect(isOver).toBe(true)
})

describe('connection_creation_rate of an address', () => {
  it('closes what comes faster, after a while, and takes others up again later', async () => {
    const test = await brokerWith({})
    const admin = await connect(test)
    const entity = [{ entityType: 'ip', entityName: '127.0.0.1' }]
    const ops = [{ key: 'connection_creation_rate', value: 1, remove: false }]
    await admin.request(AlterClientQuotas, { entries: [{ entity, ops }] })
    // So many may come at once where nobody came before.
    for (const client of await connectMany(test, 10)) expect(await isServed(client)).toBe(true)
    const late = await connect(test)
    let isAnswered = false
    void isServed(late).then(
      () => (isAnswered = true),
      () => {},
    )
    expect(await isClosed(late)).toBe(false)
    expect(isAnswered).toBe(false)
    await test.controller.clock.advance(1_000)
    await late.closed
    expect(isAnswered).toBe(false)
    expect(await isServed(await connect(test))).toBe(true)
  })

  it('holds few of them: more are closed at once', async () => {
    const test = await brokerWith({ 'socket.listen.backlog.size': '2' })
    const admin = await connect(test)
    const entity = [{ entityType: 'ip', entityName: null }]
    const ops = [{ key: 'connection_creation_rate', value: 1, remove: false }]
    await admin.request(AlterClientQuotas, { entries: [{ entity, ops }] })
    await connectMany(test, 10)
    for (const client of await connectMany(test, 2)) expect(await isClosed(client)).toBe(false)
    await (await connect(test)).closed
  })
})

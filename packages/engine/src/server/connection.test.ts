import { MemoryNetwork, seededRandom, silentLogger, type Socket, TestClock } from '@sluice/effects'
import { describe, expect, it, vi } from 'vitest'
import type { SaslLogin } from './authentication/sasl-login.ts'
import { Connection, type RequestHandling } from './connection.ts'
import { ConnectionSession } from './connection-session.ts'
import { EndOfRead } from './end-of-read.ts'
import type { Reply } from './reply.ts'

/** Any three APIs: the handling says which of them are pipelined. */
const produce = 7
const commit = 8
const metadata = 3
const plaintext = { name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 0 } as const

interface Seen {
  apiKey: number
  correlationId: number
  body: string
  connection: Connection
  reply: Reply
}

/** A broker that keeps the requests and answers when the test says so. */
class ScriptedBroker implements RequestHandling {
  requestBytesMax = 1_000_000
  loginBytesMax = 100_000
  seen: Seen[] = []
  readonly endOfRead = new EndOfRead()
  readonly clock = new TestClock()
  commits = 0
  closed = vi.fn<() => void>()
  known = vi.fn<() => void>()
  answer: (seen: Seen) => void = () => {}

  pipelines(apiKey: number): boolean {
    return apiKey === produce || apiKey === commit
  }

  handle(frame: Buffer, start: number, end: number, connection: Connection, reply: Reply): boolean {
    const seen = {
      apiKey: frame.readInt16BE(start),
      correlationId: frame.readInt32BE(start + 4),
      body: frame.toString('latin1', start + 8, end),
      connection,
      reply,
    }
    this.seen.push(seen)
    this.answer(seen)
    return seen.body !== 'unreadable'
  }

  commitStaged(): void {
    this.commits++
  }

  readStarts(): number {
    return 0
  }

  guard(fn: () => void): void {
    fn()
  }
}

function request(apiKey: number, correlationId: number, body = ''): Buffer {
  const frame = Buffer.alloc(12 + body.length)
  frame.writeInt32BE(8 + body.length, 0)
  frame.writeInt16BE(apiKey, 4)
  frame.writeInt32BE(correlationId, 8)
  frame.write(body, 12, 'latin1')
  return frame
}

function response(correlationId: number, bodyBytes = 0): Buffer {
  const frame = Buffer.alloc(8 + bodyBytes)
  frame.writeInt32BE(4 + bodyBytes, 0)
  frame.writeInt32BE(correlationId, 4)
  return frame
}

async function connected(broker: ScriptedBroker) {
  const network = new MemoryNetwork()
  const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (socket) => {
    return new Connection({
      id: 'c',
      session: new ConnectionSession(plaintext, socket),
      socket,
      handling: broker,
      logger: silentLogger,
      nowMs: 0,
    })
  })
  const received: Buffer[] = []
  const state = { closed: false }
  const buffer = Buffer.alloc(65_536)
  const client: Socket = await network.connect({ host: '127.0.0.1', port: listener.port }, () => ({
    receiveBuffer: () => buffer,
    onRead: (length) => void received.push(Buffer.from(buffer.subarray(0, length))),
    onDrain() {},
    onClose: () => {
      state.closed = true
    },
  }))
  const ids = () => {
    const all = Buffer.concat(received)
    const list: number[] = []
    for (let at = 0; at + 8 <= all.length; at += 4 + all.readInt32BE(at)) list.push(all.readInt32BE(at + 4))
    return list
  }
  const writes = () => received.length
  return { client, ids, state, writes, bytes: () => Buffer.concat(received).length }
}

/** Reads of exactly these lengths, as a network gives them that fills what it is offered. */
function readBy(connection: Connection, bytesOf: (room: number) => Buffer): void {
  const target = connection.receiveBuffer()
  const bytes = bytesOf(target.length)
  target.set(bytes)
  connection.onRead(bytes.length)
}

describe('before the login', () => {
  it.each([0, 1])('a request of %d bytes at the very end of a read is one like others', (size) => {
    const broker = new ScriptedBroker()
    broker.loginBytesMax = 300_000
    const login = { identity: null } as SaslLogin
    const socket = { localAddress: '', remoteAddress: '', peerSubject: null, queuedBytes: 0, pause() {} }
    const connection = new Connection({
      id: 'c',
      session: new ConnectionSession(plaintext, socket, login),
      socket: socket as unknown as Socket,
      handling: broker,
      logger: silentLogger,
      nowMs: 0,
    })
    readBy(connection, (room) => {
      const tail = Buffer.alloc(4 + size)
      tail.writeInt32BE(size)
      return Buffer.concat([request(metadata, 1, 'x'.repeat(room - 12 - tail.length)), tail])
    })
    expect(broker.seen.map(({ correlationId }) => correlationId)).toEqual([1])
  })
})

describe('Connection', () => {
  it('answers in request order, whatever finishes first', async () => {
    const broker = new ScriptedBroker()
    const { client, ids } = await connected(broker)
    client.write(Buffer.concat([request(produce, 1), request(produce, 2), request(produce, 3)]))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(3))
    broker.seen[2]?.reply.send(response(3))
    broker.seen[1]?.reply.send(response(2))
    expect(ids()).toEqual([])
    broker.seen[0]?.reply.send(response(1))
    await vi.waitFor(() => expect(ids()).toEqual([1, 2, 3]))
  })

  it('passes over the place of a request that has no response', async () => {
    const broker = new ScriptedBroker()
    const { client, ids } = await connected(broker)
    client.write(Buffer.concat([request(produce, 1), request(produce, 2), request(metadata, 3)]))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(2))
    broker.seen[1]?.reply.send(response(2))
    broker.seen[0]?.reply.sendNothing()
    await vi.waitFor(() => expect(broker.seen).toHaveLength(3))
    broker.seen[2]?.reply.send(response(3))
    await vi.waitFor(() => expect(ids()).toEqual([2, 3]))
  })

  it('lets produces follow each other and holds any other request until they are answered', async () => {
    const broker = new ScriptedBroker()
    const { client } = await connected(broker)
    client.write(Buffer.concat([request(produce, 1), request(metadata, 2), request(produce, 3)]))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(1))
    broker.seen[0]?.reply.send(response(1))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(2))
    broker.seen[1]?.reply.send(response(2))
    await vi.waitFor(() => expect(broker.seen.map((s) => s.correlationId)).toEqual([1, 2, 3]))
  })

  it('lets nothing follow requests of another kind, nor one that lags behind', async () => {
    const broker = new ScriptedBroker()
    broker.answer = ({ body, connection }) => {
      if (body === 'large') connection.lagsBehind()
    }
    const { client, ids } = await connected(broker)
    const asked = [request(produce, 1), request(commit, 2), request(commit, 3, 'large'), request(commit, 4)]
    client.write(Buffer.concat(asked))
    const answer = async (id: number, seen: number[]) => {
      await vi.waitFor(() => expect(broker.seen.map((s) => s.correlationId)).toEqual(seen))
      broker.seen.find(({ correlationId }) => correlationId === id)?.reply.send(response(id))
    }
    await answer(1, [1])
    await answer(2, [1, 2, 3])
    await answer(3, [1, 2, 3])
    await answer(4, [1, 2, 3, 4])
    await vi.waitFor(() => expect(ids()).toEqual([1, 2, 3, 4]))
  })

  it('puts frames together that come in pieces, larger ones than its buffers too', async () => {
    const broker = new ScriptedBroker()
    broker.answer = ({ reply, correlationId }) => reply.send(response(correlationId))
    const { client, ids } = await connected(broker)
    const big = 'x'.repeat(700_000)
    const bytes = Buffer.concat([
      request(metadata, 1, 'small'),
      request(metadata, 2, big),
      request(metadata, 3, 'z'),
    ])
    for (const cut of [3, 7, 20, 21, 300_000, 700_030, bytes.length]) {
      const from = sent
      client.write(bytes.subarray(from, cut))
      sent = cut
    }
    await vi.waitFor(() => expect(ids()).toEqual([1, 2, 3]))
    expect(broker.seen.map((s) => s.body)).toEqual(['small', big, 'z'])
  })
  let sent = 0

  it('goes on reading after frames that had to wait were handled', async () => {
    const broker = new ScriptedBroker()
    broker.answer = ({ reply, correlationId }) => setImmediate(() => reply.send(response(correlationId)))
    const { client, ids } = await connected(broker)
    client.write(request(metadata, 1, 'alone'))
    client.write(Buffer.concat([request(metadata, 2, 'waits'), request(metadata, 3, 'waits longer')]))
    await vi.waitFor(() => expect(ids()).toEqual([1, 2, 3]))
    client.write(request(metadata, 4, 'late'))
    await vi.waitFor(() => expect(ids()).toEqual([1, 2, 3, 4]))
    expect(broker.seen.map((s) => s.body)).toEqual(['alone', 'waits', 'waits longer', 'late'])
  })

  it('hands over every frame whole and in order, however the bytes are cut and whenever answers come', async () => {
    const exchange = async (seed: number) => {
      const random = seededRandom(seed)
      const broker = new ScriptedBroker()
      broker.answer = ({ reply, correlationId }) => {
        const send = () => reply.send(response(correlationId))
        const when = random.int(3)
        if (when === 0) send()
        else if (when === 1) setImmediate(send)
        else queueMicrotask(send)
      }
      const { client, ids } = await connected(broker)
      const bodies = Array.from({ length: 300 }, (_, i) =>
        String.fromCharCode(97 + (i % 26)).repeat(
          random.int(10) === 0 ? random.int(900_000) : random.int(3_000),
        ),
      )
      const bytes = Buffer.concat(
        bodies.map((body, i) => request(random.int(2) === 0 ? produce : metadata, i, body)),
      )
      for (let at = 0; at < bytes.length; ) {
        const length = random.int(4) === 0 ? 1 + random.int(300_000) : 1 + random.int(20_000)
        client.write(bytes.subarray(at, at + length))
        at += length
        if (random.int(5) === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      await vi.waitFor(() => expect(ids()).toEqual(bodies.map((_, i) => i)), { timeout: 10_000 })
      expect(broker.seen.every((seen, i) => seen.body === bodies[i])).toBe(true)
    }
    // They share what they read into.
    await Promise.all([exchange(20), exchange(21), exchange(22)])
  })

  it('lets no more bytes of produces wait for their answers than are kept for one connection', async () => {
    const broker = new ScriptedBroker()
    const { client } = await connected(broker)
    const body = 'a'.repeat(900_000)
    const count = 45
    for (let id = 0; id < count; id++) client.write(request(produce, id, body))
    await vi.waitFor(() => expect(broker.seen.length).toBeGreaterThan(35))
    // Whatever else could begin would begin meanwhile.
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    const begun = broker.seen.length
    expect(begun).toBeLessThan(40)
    broker.seen[0]?.reply.send(response(0))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(begun + 1))
    broker.answer = ({ correlationId, reply }) => reply.send(response(correlationId))
    for (const { correlationId, reply } of broker.seen.slice(1)) reply.send(response(correlationId))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(count))
  })

  it('commits what was staged at the end of each read, before the answers go out', async () => {
    const broker = new ScriptedBroker()
    const { client } = await connected(broker)
    client.write(Buffer.concat([request(produce, 1), request(produce, 2)]))
    await vi.waitFor(() => expect(broker.commits).toBe(1))
    expect(broker.seen).toHaveLength(2)
  })

  it('sends at once what a read of another connection has answered', async () => {
    const broker = new ScriptedBroker()
    const waiting = await connected(broker)
    const other = await connected(broker)
    waiting.client.write(Buffer.concat([request(produce, 1), request(produce, 2), request(produce, 3)]))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(3))
    const answered = [...broker.seen]
    broker.answer = ({ reply }) => {
      for (const seen of answered) seen.reply.send(response(seen.correlationId))
      reply.send(response(4))
    }
    other.client.write(request(metadata, 4))
    await vi.waitFor(() => expect(other.ids()).toEqual([4]))
    await vi.waitFor(() => expect(waiting.ids()).toEqual([1, 2, 3]))
    expect(waiting.writes()).toBe(1)
  })

  it('closes on a frame above the limit, a negative size, and a request that cannot be served', async () => {
    const cases = [
      Buffer.from('7fffffff', 'hex'),
      Buffer.from('ffffffff', 'hex'),
      request(metadata, 1, 'unreadable'),
    ]
    for (const bytes of cases) {
      const broker = new ScriptedBroker()
      const { client, state } = await connected(broker)
      client.write(bytes)
      await vi.waitFor(() => expect(state.closed).toBe(true))
      expect(broker.closed === undefined).toBe(false)
    }
  })

  it('reads no further request while a reader leaves its responses unread', async () => {
    const broker = new ScriptedBroker()
    broker.answer = ({ reply, correlationId }) => reply.send(response(correlationId, 500_000))
    const { client, ids } = await connected(broker)
    client.pause()
    for (let i = 1; i <= 20; i++) client.write(request(metadata, i))
    await vi.waitFor(() => expect(broker.seen.length).toBeGreaterThanOrEqual(3))
    const handled = broker.seen.length
    expect(handled).toBeLessThan(6)
    client.resume()
    await vi.waitFor(() => expect(ids()).toHaveLength(20))
  })

  it('releases file ranges that were never sent when the client goes', async () => {
    const broker = new ScriptedBroker()
    const { client } = await connected(broker)
    client.write(request(metadata, 1))
    await vi.waitFor(() => expect(broker.seen).toHaveLength(1))
    client.destroy()
    await vi.waitFor(() => expect(broker.seen).toHaveLength(1))
    const release = vi.fn<() => void>()
    await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))))
    broker.seen[0]?.reply.send([{ file: undefined as never, position: 0, length: 10, release }])
    expect(release).toHaveBeenCalledOnce()
  })
})

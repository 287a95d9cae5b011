import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Deferred, silentLogger, systemClock, TestClock } from '@sluice/effects'
import { afterEach, describe, expect, it } from 'vitest'
import { type HttpListener, listen } from './listener.ts'
import type { HttpHead, HttpResponse } from './message.ts'
import type { Surface } from './surface.ts'
import { openSocket, rawExchange } from './testing/test-socket.ts'

const connectionsMax = 1_000
const halfHead = 'GET / HTTP/1.1\r\nhost: x\r\n'
const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

const response = (status: number, text: string): HttpResponse => ({
  status,
  headers: {},
  body: Buffer.from(text),
})

/** Lets everybody in but at /secret; says what it was sent; /slow waits for `gate`. */
class Echo implements Surface {
  readonly gate = new Deferred<void>()
  /** Of the request that was answered last. */
  signal: AbortSignal | undefined
  readonly asked: string[] = []

  admit(head: HttpHead) {
    if (head.target === '/secret') return { refusal: response(403, 'no') }
    const answer = async (body: Buffer, signal: AbortSignal) => {
      this.signal = signal
      this.asked.push(head.target)
      if (head.target === '/slow') await this.gate.promise
      return response(200, `${head.target} ${String(body)}`)
    }
    return { bodyBytesMax: 1_000, answer }
  }

  refuse(_head: HttpHead | null, { status, message }: { status: number; message: string }) {
    return response(status, message)
  }
}

let listener: HttpListener | undefined
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await listener?.close()
})

async function open(clock = systemClock()) {
  const echo = new Echo()
  listener = await listen(echo, { host: '127.0.0.1', port: 0 }, { clock, logger: silentLogger })
  return { echo, port: listener.port, listener }
}

async function hold(port: number, text: string): Promise<Socket> {
  const socket = await openSocket(port, text)
  sockets.push(socket)
  return socket
}

async function ask(port: number, path: string, init?: RequestInit): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init)
  return `${answer.status} ${await answer.text()}`
}

describe('strangers', () => {
  it('who hold every connection with half a request head keep nobody out', async () => {
    const { port } = await open()
    for (let n = 0; n < connectionsMax + 5; n++) await hold(port, halfHead)
    expect(await ask(port, '/hello')).toBe('200 /hello ')
  })

  it('who were refused and stay do not keep their connections either', async () => {
    const { port } = await open()
    for (let n = 0; n < connectionsMax + 5; n++) await hold(port, 'not http\r\n\r\n')
    expect(await ask(port, '/hello')).toBe('200 /hello ')
  })

  it('tells the surface of who has hung up before the answer, and of nobody else', async () => {
    const { echo, port } = await open()
    await ask(port, '/a')
    const answered = echo.signal
    const socket = await hold(port, request('/slow'))
    await expect.poll(() => echo.asked).toContain('/slow')
    expect(echo.signal?.aborted).toBe(false)
    socket.destroy()
    await expect.poll(() => echo.signal?.aborted).toBe(true)
    expect(answered?.aborted).toBe(false)
  })

  it('do not push out who is being answered', async () => {
    const { port, echo } = await open()
    const slow = ask(port, '/slow')
    await expect.poll(() => echo.asked).toContain('/slow')
    for (let n = 0; n < connectionsMax + 5; n++) await hold(port, halfHead)
    echo.gate.resolve()
    expect(await slow).toBe('200 /slow ')
  })
})

describe('a connection', () => {
  it('with half a request head is told so after ten seconds, and is gone two seconds later', async () => {
    const clock = new TestClock()
    const { port } = await open(clock)
    // It never closes its side.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    sockets.push(socket)
    let received = ''
    socket.on('data', (chunk) => {
      received += String(chunk)
    })
    socket.on('error', () => {})
    await once(socket, 'connect')
    await new Promise<void>((resolve) => socket.write(halfHead, () => resolve()))
    // Until the server has the bytes.
    await ask(port, '/hello')
    await clock.advance(9_000)
    expect(received).toBe('')
    await clock.advance(2_000)
    await expect.poll(() => received).toMatch(/^HTTP\/1\.1 408 [\s\S]*did not arrive in time/)
    await clock.advance(3_000)
    // Only now: writing to a socket that the server has destroyed fails.
    await expect
      .poll(() => {
        socket.write('x')
        return socket.destroyed
      })
      .toBe(true)
  })

  it('whose request body does not come is closed', async () => {
    const clock = new TestClock()
    const { port } = await open(clock)
    const socket = await hold(port, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc')
    await ask(port, '/hello')
    const closed = once(socket, 'close')
    await clock.advance(31_000)
    await closed
  })

  it('ends after a refusal, which arrives although the body is not read', async () => {
    const { port, echo } = await open()
    const body = Buffer.alloc(30_000_000)
    expect(await ask(port, '/secret', { method: 'POST', body })).toBe('403 no')
    expect(await ask(port, '/', { method: 'POST', body })).toBe('413 A request has at most 1000 bytes.')
    expect(echo.asked).toEqual([])
    expect(await rawExchange(port, request('/secret') + request('/hello'))).not.toContain('/hello')
  })

  it('is told of a head that is too long, also behind a request that was served', async () => {
    const { port } = await open()
    const long = request(`/hello?${'x'.repeat(300_000)}`)
    expect(await rawExchange(port, long)).toMatch(/^HTTP\/1.1 431 .*The request headers are too long/s)
    const socket = await hold(port, request('/hello'))
    let received = ''
    socket.on('data', (chunk) => {
      received += String(chunk)
    })
    await expect.poll(() => received).toMatch(/^HTTP\/1.1 200 .*\/hello/s)
    received = ''
    const closed = once(socket, 'close')
    socket.write(long)
    await closed
    expect(received).toMatch(/^HTTP\/1.1 431 .*The request headers are too long/s)
  })

  it('may ask leave to send a body, and nothing else', async () => {
    const { port } = await open()
    const head = (expects: string) =>
      `POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: ${expects}\r\nconnection: close\r\n\r\n`
    expect(await rawExchange(port, `${head('100-continue')}abc`)).toMatch(
      /^HTTP\/1\.1 100 .*\r\n\r\nHTTP\/1\.1 200 /,
    )
    expect(await rawExchange(port, `${head('foo')}abc`)).toMatch(/^HTTP\/1\.1 417 [\s\S]*100-continue/)
  })
})

describe('closing', () => {
  it('does not wait for answers that a dead client will never take', async () => {
    const { port, echo } = await open()
    const socket = await hold(port, request('/slow').repeat(3))
    await expect.poll(() => echo.asked.length).toBe(3)
    socket.resetAndDestroy()
    await once(socket, 'close')
    echo.gate.resolve()
    await listener?.close()
  })

  it('lets a request that has arrived be answered, and does not wait for one that has not', async () => {
    const { port, echo } = await open()
    await hold(port, halfHead)
    await hold(port, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc')
    const slow = ask(port, '/slow')
    await expect.poll(() => echo.asked).toContain('/slow')
    const closed = listener?.close()
    echo.gate.resolve()
    expect(await slow).toBe('200 /slow ')
    await closed
  })

  it('ends after five seconds where an answer does not', async () => {
    const clock = new TestClock()
    const { port, echo } = await open(clock)
    await hold(port, request('/slow'))
    await expect.poll(() => echo.asked).toContain('/slow')
    const closed = listener?.close()
    await clock.advance(5_000)
    await closed
  })
})

it('is an error when the port is taken', async () => {
  const { port } = await open()
  const effects = { clock: systemClock(), logger: silentLogger }
  await expect(listen(new Echo(), { host: '127.0.0.1', port }, effects)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

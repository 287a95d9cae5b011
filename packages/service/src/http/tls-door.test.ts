import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { Agent, request } from 'node:https'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { silentLogger, systemClock, TestClock } from '@sluice/effects'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Issued } from '../fleet/authority/certificates.ts'
import { type HttpListener, listen } from './listener.ts'
import { Echo } from './testing/echo.ts'
import { testAuthority, testIdentity } from './testing/test-identity.ts'
import { openSocket, rawExchange } from './testing/test-socket.ts'

let authority: Issued
let shown: string
let listener: HttpListener | undefined
const ended: (() => void)[] = []

beforeAll(async () => {
  authority = await testAuthority()
})
afterEach(async () => {
  for (const end of ended.splice(0)) end()
  await listener?.close()
})

const errors: string[] = []
const logger = { ...silentLogger, error: (message: string) => void errors.push(message) }

async function open(clock = systemClock(), identity = async () => shown) {
  shown = await testIdentity(authority)
  const echo = new Echo()
  const effects = { clock, logger }
  listener = await listen(echo, { host: '127.0.0.1', port: 0, identity }, effects)
  return { echo, port: listener.port, listener }
}

function agent(): Agent {
  const made = new Agent({ ca: authority.certificate, keepAlive: true })
  ended.push(() => made.destroy())
  return made
}

/** By HTTP/1.1. */
async function ask(port: number, path: string, by = agent(), body = ''): Promise<string> {
  const asked = request({ host: '127.0.0.1', port, path, method: 'POST', agent: by })
  asked.end(body)
  const [answer] = await once(asked, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return String(Buffer.concat(chunks))
}

async function handshake(port: number, how: object = {}): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, ca: authority.certificate, ...how })
  ended.push(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

describe('TLS', () => {
  it('has HTTP/1.1 inside, on the port that speaks it without', async () => {
    const { port, echo } = await open()
    expect(await ask(port, '/a', agent(), 'x'.repeat(100_000))).toBe('POST /a 100000')
    expect(echo.head).toMatchObject({ isEncrypted: true, remoteAddress: '127.0.0.1' })
    expect(await (await fetch(`http://127.0.0.1:${port}/b`)).text()).toBe('GET /b 0')
    expect(echo.head).toMatchObject({ isEncrypted: false })
  })

  it('has HTTP/2 inside where both sides agree upon it', async () => {
    const { port, echo } = await open()
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.certificate })
    ended.push(() => session.destroy())
    const stream = session.request({ ':method': 'POST', ':path': '/c' })
    stream.end(Buffer.alloc(1_000_000))
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    expect(String(Buffer.concat(chunks))).toBe('POST /c 1000000')
    expect(session.alpnProtocol).toBe('h2')
    expect(echo.head).toMatchObject({ isEncrypted: true, remoteAddress: '127.0.0.1' })
  })

  it('has either inside with who says nothing of that before, as the SDK for Java does', async () => {
    const { port } = await open()
    const socket = await handshake(port)
    expect(socket.alpnProtocol).toBe(false)
    const session = connectHttp2(`https://127.0.0.1:${port}`, { createConnection: () => socket })
    ended.push(() => session.destroy())
    const stream = session.request({ ':method': 'POST', ':path': '/d' })
    stream.end('x')
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    expect(String(Buffer.concat(chunks))).toBe('POST /d 1')
    const other = await handshake(port)
    other.write('GET /e HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const [answer] = await once(other, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
    const gone = await handshake(port)
    gone.end()
    await once(gone.resume(), 'close')
  })

  it('is of version 1.2 or 1.3, by names and addresses of the certificate', async () => {
    const { port } = await open()
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await handshake(port, { minVersion: version, maxVersion: version })
      expect(socket.getProtocol()).toBe(version)
    }
    await handshake(port, { servername: 'localhost', ALPNProtocols: ['h2', 'http/1.1'] })
    await expect(handshake(port, { ca: [] })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
    await expect(handshake(port, { servername: 'example.org' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    await expect(handshake(port, { ALPNProtocols: ['spdy/3'] })).rejects.toThrow(/no application protocol/)
  })

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n'],
    ['TLS once more', '\u0016\u0003\u0001\u0000\u0004abcd\r\n\r\n'],
  ])('tells whoever speaks %s inside of it so', async (_, text) => {
    const { port } = await open()
    const socket = await handshake(port)
    socket.write(text)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    expect(String(Buffer.concat(chunks))).toMatch(/^HTTP\/1\.1 400 [\s\S]*not valid HTTP/)
  })

  it('shows another certificate as soon as there is one', async () => {
    const { port } = await open()
    const nameOf = async () => (await handshake(port)).getPeerCertificate().subject.CN
    expect(await nameOf()).toBe('test')
    shown = await testIdentity(authority, 'renewed')
    expect(await nameOf()).toBe('renewed')
  })

  it('ends with whoever begins it and says nothing of use, or nothing more', async () => {
    const clock = new TestClock()
    const { port } = await open(clock)
    const garbled = await openSocket(port, '\u0016\u0003\u0001\u0000\u0004abcd')
    await once(garbled.resume(), 'close')
    const silent = await openSocket(port, '\u0016\u0003')
    ended.push(() => silent.destroy())
    await expect
      .poll(
        async () => {
          await clock.advance(1_000)
          return silent.destroyed || silent.readableEnded
        },
        { timeout: 20_000 },
      )
      .toBe(true)
  })

  it('leaves the other side without an answer where there is no certificate, says so once, and goes on', async () => {
    let problem: Error | null = new Error('the authority is damaged')
    errors.length = 0
    const { port } = await open(systemClock(), async () => {
      if (problem) throw problem
      return shown
    })
    for (let times = 0; times < 3; times++) await expect(handshake(port)).rejects.toThrow()
    expect(errors).toEqual(['there is no certificate to show to clients of HTTP'])
    problem = null
    expect(await ask(port, '/a')).toBe('POST /a 0')
    problem = new Error('it is damaged again')
    await expect(handshake(port)).rejects.toThrow()
    expect(errors).toHaveLength(2)
  })

  it('lets what is answered come to its end when the port closes', async () => {
    const { port, echo, listener: opened } = await open()
    const kept = agent()
    await ask(port, '/a', kept)
    const slow = ask(port, '/slow', kept)
    await expect.poll(() => echo.head?.target).toBe('/slow')
    const idle = await handshake(port)
    const gone = once(idle.resume(), 'close')
    const closed = opened.close()
    await gone
    echo.gate.resolve()
    expect(await slow).toBe('POST /slow 0')
    await closed
  })

  it('is no HTTP for a port that has none of it', async () => {
    const effects = { clock: systemClock(), logger: silentLogger }
    listener = await listen(new Echo(), { host: '127.0.0.1', port: 0 }, effects)
    expect(await rawExchange(listener.port, '\u0016\u0003\u0001\u0000\u0004abcd\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    )
  })
})

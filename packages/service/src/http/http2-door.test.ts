import { once } from 'node:events'
import { connect, constants, type ClientHttp2Session } from 'node:http2'
import { silentLogger, systemClock } from '@sluice/effects'
import { afterEach, describe, expect, it } from 'vitest'
import { type HttpListener, listen } from './listener.ts'
import { Echo } from './testing/echo.ts'

let listener: HttpListener | undefined
let session: ClientHttp2Session | undefined
afterEach(async () => {
  session?.destroy()
  await listener?.close()
})

async function open() {
  const echo = new Echo()
  listener = await listen(
    echo,
    { host: '127.0.0.1', port: 0 },
    { clock: systemClock(), logger: silentLogger },
  )
  session = connect(`http://127.0.0.1:${listener.port}`)
  return { echo, session, port: listener.port, listener }
}

async function ask(from: ClientHttp2Session, path: string, body = Buffer.alloc(0)) {
  const stream = from.request({ ':method': 'POST', ':path': path, 'x-own': 'value' })
  stream.end(body)
  const [headers] = await once(stream, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return { status: headers[':status'], text: String(Buffer.concat(chunks)) }
}

describe('HTTP/2 with prior knowledge', () => {
  it('is served on the port of HTTP/1, many requests on one connection', async () => {
    const { echo, session: client, port } = await open()
    const large = Buffer.alloc(3_000_000)
    const answers = await Promise.all([
      ask(client, '/a'),
      ask(client, '/b', large),
      ask(client, '/secret', large),
    ])
    expect(answers).toEqual([
      { status: 200, text: 'POST /a 0' },
      { status: 200, text: 'POST /b 3000000' },
      { status: 403, text: 'no' },
    ])
    expect(echo.head?.headers).toContainEqual(['x-own', 'value'])
    expect(echo.head?.headers).toContainEqual(['host', `127.0.0.1:${port}`])
    expect(echo.head?.headers.filter(([name]) => name.startsWith(':'))).toEqual([
      [':authority', `127.0.0.1:${port}`],
    ])
    expect(await (await fetch(`http://127.0.0.1:${port}/c`)).text()).toBe('GET /c 0')
  })

  it('refuses a body that is too long, and goes on', async () => {
    const { session: client } = await open()
    expect(await ask(client, '/a', Buffer.alloc(5_000_001))).toMatchObject({ status: 413 })
    expect(await ask(client, '/a')).toMatchObject({ status: 200 })
  })

  it('refuses a body that is too long before its end, which may never come', async () => {
    const { session: client } = await open()
    const stream = client.request({ ':method': 'POST', ':path': '/a' })
    stream.write(Buffer.alloc(5_000_001))
    const [headers] = await once(stream, 'response')
    expect(headers[':status']).toBe(413)
    stream.destroy()
    expect(await ask(client, '/a')).toMatchObject({ status: 200 })
  })

  it.each([
    ['a request', constants.NGHTTP2_CANCEL],
    ['a request without a reason', constants.NGHTTP2_NO_ERROR],
    ['a connection', null],
  ])('tells the surface of who has ended %s before the answer, and of nobody else', async (_, code) => {
    const { echo, session: client } = await open()
    expect(await ask(client, '/a')).toMatchObject({ status: 200 })
    const answered = echo.signal
    const stream = client.request({ ':method': 'POST', ':path': '/slow' }).on('error', () => {})
    stream.end()
    await expect.poll(() => echo.head?.target).toBe('/slow')
    await expect.poll(() => echo.signal).not.toBe(answered)
    if (code === null) client.destroy()
    else stream.close(code)
    await expect.poll(() => echo.signal?.aborted).toBe(true)
    expect(answered?.aborted).toBe(false)
  })

  it('answers what has arrived before a close, and then ends the connection', async () => {
    const { echo, session: client, listener: port } = await open()
    const slow = ask(client, '/slow')
    await expect.poll(() => echo.head?.target).toBe('/slow')
    const closed = once(client, 'close')
    const closing = port.close()
    echo.gate.resolve()
    expect(await slow).toMatchObject({ status: 200 })
    await Promise.all([closing, closed])
  })
})

import { describe, expect, it } from 'vitest'
import { edge, type Page } from './edge.ts'
import type { HttpResponse } from './message.ts'
import type { Surface, Verdict } from './surface.ts'

const response = (status: number, text: string): HttpResponse => ({
  status,
  headers: {},
  body: Buffer.from(text),
})

const rest: Surface = {
  admit: () => ({ bodyBytesMax: 9, answer: async () => response(200, 'rest') }),
  refuse: (_head, { status }) => response(status, 'rest'),
}

const pages: Readonly<Record<string, Page>> = {
  '/_sluice/health': { read: () => ({ status: 'ready' }) },
  '/_sluice/status': {
    read: () => ({ clusters: [] }),
    guard: (head, page): Verdict =>
      head.headers.some(([name]) => name === 'key') ? page : { refusal: response(403, 'no key') },
  },
}
const surface = edge(pages, rest)

async function ask(
  method: string,
  target: string,
  headers: [string, string][] = [],
  asked = surface,
): Promise<string> {
  const verdict = asked.admit({ method, target, headers })
  const { status, body } = 'refusal' in verdict ? verdict.refusal : await verdict.answer(Buffer.alloc(0))
  return `${status} ${String(body)}`
}

describe('the edge', () => {
  it('serves pages of its own, to who may read them', async () => {
    expect(await ask('GET', '/_sluice/health?x=1')).toBe('200 {"status":"ready"}')
    expect(await ask('GET', '/_sluice/status')).toBe('403 no key')
    expect(await ask('GET', '/_sluice/status', [['key', '']])).toBe('200 {"clusters":[]}')
  })

  it.each([
    ['http://evil.com', false],
    ['https://evil.com:9081', false],
    ['http://localhost.evil.com', false],
    ['http://127.0.0.1.evil.com', false],
    ['http://127.0.0.1@evil.com', false],
    ['null', false],
    ['', false],
    ['http://localhost:5173', true],
    ['http://127.0.0.1:9081', true],
    ['http://[::1]:9081', true],
  ])('serves a page of %s: %s', async (origin, isServed) => {
    const headers: [string, string][] = [['Origin', origin]]
    const served = isServed ? ['200 {"status":"ready"}', '200 rest'] : [/^403 \{"message":/, /^403 rest$/]
    const asked = await Promise.all([
      ask('GET', '/_sluice/health', headers),
      ask('POST', '/v1/clusters', headers),
    ])
    expect(asked).toEqual(served.map((one) => (isServed ? one : expect.stringMatching(one))))
  })

  it.each([
    ['localhost:9081', true],
    ['LOCALHOST.', true],
    ['console.localhost:9081', true],
    ['127.0.0.1:9081', true],
    ['192.168.1.5', true],
    ['[::1]:9081', true],
    ['broker.example:9081', true],
    ['evil.com:9081', false],
    ['localhost.evil.com', false],
    ['127.0.0.1.evil.com', false],
    ['evil.com@localhost', false],
    ['localhost:9081,evil.com', false],
    ['[evil.com]', false],
    ['[::1', false],
    ['', false],
  ])('where nobody signs, is asked by its own names and addresses: %s %s', async (host, isServed) => {
    const unsigned = edge(pages, rest, { names: new Set(['broker.example']), areAll: true })
    const headers: [string, string][] = [['Host', host]]
    const asked = [
      await ask('GET', '/_sluice/health', headers, unsigned),
      await ask('GET', '/v1', headers, unsigned),
    ]
    const refusals = [expect.stringMatching(/^403 \{"message":/), '403 rest']
    expect(asked).toEqual(isServed ? ['200 {"status":"ready"}', '200 rest'] : refusals)
    expect(await ask('GET', '/v1', headers)).toBe('200 rest')
  })

  it.each([
    ['broker.example:9081', 'https://broker.example:9081', true],
    ['broker.example:9081', 'http://broker.example:9081', true],
    ['192.168.1.5:9081', 'https://192.168.1.5:9081', true],
    ['broker.example:9081', 'https://broker.example:3000', false],
    ['broker.example:9081', 'https://broker.example', false],
    ['192.168.1.5:9081', 'https://192.168.1.6:9081', false],
    // Whoever's DNS says that it is here.
    ['evil.com:9081', 'https://evil.com:9081', false],
  ])('serves at %s its own page, and no other one: %s %s', async (host, origin, isServed) => {
    const named = edge(pages, rest, { names: new Set(['broker.example']), areAll: false })
    const headers: [string, string][] = [
      ['Host', host],
      ['Origin', origin],
    ]
    expect(await ask('GET', '/v1', headers, named)).toBe(isServed ? '200 rest' : '403 rest')
  })

  it('has no other page below its path, and none that can be written', async () => {
    for (const path of ['/_sluice/', '/_sluice/nothing', '/_sluice/health/', '/_sluice/__proto__'])
      expect(await ask('GET', path)).toMatch(/^404 \{"message":/)
    expect(await ask('POST', '/_sluice/health')).toMatch(/^405 /)
  })

  it('gives a page that can be written what is sent, and says what is wrong with it', async () => {
    const seen: unknown[] = []
    const write = {
      POST: (sent: unknown) => {
        if (sent === null) throw new Error('nothing was sent')
        seen.push(sent)
        return { seen }
      },
      DELETE: () => ({ seen: [] }),
    }
    const writable = edge({ '/_sluice/list': { read: () => ({ seen }), write } }, rest)
    const send = async (method: string, body: string) => {
      const verdict = writable.admit({ method, target: '/_sluice/list', headers: [] })
      const { status, body: answer } =
        'refusal' in verdict ? verdict.refusal : await verdict.answer(Buffer.from(body))
      return `${status} ${String(answer)}`
    }
    expect(await send('POST', '{"a":1}')).toBe('200 {"seen":[{"a":1}]}')
    expect(await send('POST', '')).toBe('400 {"message":"nothing was sent"}')
    expect(await send('POST', 'x')).toMatch(/^400 /)
    expect(await send('DELETE', '')).toBe('200 {"seen":[]}')
    expect(await send('PUT', '')).toMatch(/^405 /)
  })

  it('leaves everything else to the rest, also what is no request', async () => {
    for (const path of ['/', '/v1/clusters', '/_sluice', '*']) expect(await ask('GET', path)).toBe('200 rest')
    const refusal = { status: 400, message: 'x' } as const
    expect(surface.refuse(null, refusal).body.toString()).toBe('rest')
    expect(
      surface.refuse({ method: 'GET', target: '/_sluice/a', headers: [] }, refusal).body.toString(),
    ).toBe('{"message":"x"}')
  })
})

import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SecureEngine } from './secure-engine.ts'

const installed = spawnSync('kcat', ['-V']).status === 0
if (!installed) console.warn('kcat is not installed: its tests (librdkafka) are skipped')

describe.skipIf(!installed)('librdkafka at a listener with mutual TLS', () => {
  let engine: SecureEngine
  beforeAll(async () => {
    engine = await SecureEngine.start()
  })
  afterAll(() => engine.stop())

  /** Its exit code, and what it says. */
  function list(
    properties: Readonly<Record<string, string>>,
  ): Promise<{ code: number | null; said: string }> {
    const all = {
      'security.protocol': 'SSL',
      'ssl.ca.location': engine.authority.certificatePath,
      ...properties,
    }
    const wanted = Object.entries(all).flatMap(([name, value]) => ['-X', `${name}=${value}`])
    const child = spawn('kcat', ['-b', `127.0.0.1:${engine.port('MUTUAL')}`, '-L', '-m', '5', ...wanted])
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text))
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, said }))
    })
  }

  it('is in with a certificate, and told without one that it needs one', async () => {
    const { key, certificates } = await engine.clientCredentials('CN=alice')
    const path = (name: string) => join(engine.directory, name)
    writeFileSync(path('alice-key.pem'), key)
    writeFileSync(path('alice-cert.pem'), certificates)
    const own = {
      'ssl.key.location': path('alice-key.pem'),
      'ssl.certificate.location': path('alice-cert.pem'),
    }
    expect(await list(own)).toMatchObject({ code: 0, said: expect.stringContaining('1 brokers') })
    expect(await list({})).toMatchObject({
      code: 1,
      said: expect.stringMatching(/alert certificate required/i),
    })
  }, 60_000)
})

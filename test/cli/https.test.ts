import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureBuilt, Sandbox } from './sluice.ts'

const client = fileURLToPath(new URL('https-client.mjs', import.meta.url))
const run = promisify(execFile)

let sandbox: Sandbox
beforeAll(ensureBuilt, 120_000)
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.close())

async function variables(): Promise<Record<string, string>> {
  const { stdout } = await sandbox.run('env', '--https', '-o', 'env')
  const pairs = stdout.split('\n').filter((line) => /^\w+=/.test(line))
  return Object.fromEntries(
    pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

describe('the AWS endpoint by TLS', { timeout: 120_000 }, () => {
  it('serves SDKs by HTTP/2 and by HTTP/1.1 that trust what sluice env --https names', async () => {
    expect(await sandbox.start('--no-cluster')).toMatchObject({ exitCode: 0 })
    const known = await variables()
    expect(known['AWS_ENDPOINT_URL_KINESIS']).toMatch(/^https:/)
    const { NODE_EXTRA_CA_CERTS: _, ...untrusting } = known
    const env = { PATH: process.env['PATH'] }
    const refused = run(process.execPath, [client], { env: { ...env, ...untrusting } })
    await expect(refused).rejects.toMatchObject({
      stderr: expect.stringMatching(/unable to verify|certificate/),
    })
    const { stdout } = await run(process.execPath, [client], { env: { ...env, ...known } })
    expect(JSON.parse(stdout)).toEqual({ read: ['shoes'], pushed: ['shoes'], clusters: 0 })
    const profile = sandbox.useConfigFile()
    expect(await sandbox.run('env', '--https', '--profile', 'sluice')).toMatchObject({ exitCode: 0 })
    expect(readFileSync(profile, 'utf8')).toMatch(/^ca_bundle = .*bundle\.pem$/m)
  })

  it('has sluice env --https say so where it can show no certificate', async () => {
    expect(await sandbox.start('--no-cluster')).toMatchObject({ exitCode: 0 })
    const authority = join(sandbox.dataDirectory, 'authority')
    mkdirSync(authority)
    for (const name of ['ca.pem', 'ca-key.pem']) writeFileSync(join(authority, name), 'nonsense')
    const { exitCode, stdout, stderr } = await sandbox.run('env', '--https')
    expect(exitCode).not.toBe(0)
    expect([stdout, stderr]).toEqual(['', expect.stringContaining('The AWS endpoint shows no certificate.')])
  })
})

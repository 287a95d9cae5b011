import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { certCommand, revokeCommand } from './trust.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-trust-'))
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true, force: true })
})

const at = (name: string) => join(directory, name)
const run = (command: ReturnType<typeof certCommand>, ...words: string[]) =>
  command.parseAsync([...words, '--data-dir', at('data')], { from: 'user' })
const makeAlice = () => run(certCommand(), 'alice', '--out', directory)

describe('a certificate for a client', () => {
  it('is made with a key for its owner alone, whatever stood in the place of its files', async () => {
    writeFileSync(at('alice-key.pem'), 'open to all', { mode: 0o644 })
    writeFileSync(at('alice-keystore.pem'), 'open to all', { mode: 0o666 })
    await makeAlice()
    for (const name of ['alice-key.pem', 'alice-keystore.pem']) {
      expect(statSync(at(name)).mode & 0o777, name).toBe(0o600)
      expect(readFileSync(at(name), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    }
    expect(readdirSync(directory).sort()).toEqual([
      'alice-cert.pem',
      'alice-key.pem',
      'alice-keystore.pem',
      'data',
    ])
  })

  it('is taken back only where there is one', async () => {
    await makeAlice()
    await expect(run(revokeCommand(), at('bob-cert.pem'))).rejects.toThrow(
      /bob-cert.pem cannot be read: ENOENT/,
    )
    await expect(run(revokeCommand(), at('alice-key.pem'))).rejects.toThrow(/holds no certificate/)
    await run(revokeCommand(), at('alice-cert.pem'))
    expect(readFileSync(at('data/authority/crl.pem'), 'utf8')).toContain('BEGIN X509 CRL')
  })
})

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority } from './certificates.ts'
import { pkcs12Truststore } from './pkcs12-truststore.ts'

const hasKeytool = spawnSync('keytool', ['-help']).error === undefined
let certificate: X509Certificate
let store: Buffer

beforeAll(async () => {
  const subject = 'CN=authority,O=Acme'
  const made = await makeAuthority({ subject, days: 10, nowMs: Date.now() })
  certificate = new X509Certificate(made.certificate)
  store = pkcs12Truststore(certificate.raw)
})

describe('a truststore in PKCS #12', () => {
  it('is one whose checksum is right, and right for its password alone', () => {
    const opened = (passphrase: string) => () => createSecureContext({ pfx: store, passphrase })
    expect(opened('another')).toThrow(/mac verify failure/)
    // So far as OpenSSL comes where there is no key.
    expect(opened('changeit')).toThrow(/^Unable to load/)
    const broken = Buffer.from(store)
    const at = broken.indexOf(certificate.raw) + 100
    broken[at] = (broken[at] ?? 0) ^ 1
    expect(() => createSecureContext({ pfx: broken, passphrase: 'changeit' })).toThrow(/mac verify failure/)
  })

  it('has the certificate and no more, and is the same for the same', () => {
    expect(store.includes(certificate.raw)).toBe(true)
    expect(store.length - certificate.raw.length).toBeLessThan(300)
    expect(pkcs12Truststore(certificate.raw)).toEqual(store)
  })

  it.skipIf(!hasKeytool)(
    'is what Java trusts by',
    () => {
      const directory = mkdtempSync(join(tmpdir(), 'sluice-truststore-'))
      const path = join(directory, 'truststore.p12')
      try {
        writeFileSync(path, store)
        const { stdout } = spawnSync('keytool', ['-list', '-keystore', path, '-storepass', 'changeit'])
        expect(stdout.toString()).toMatch(/sluice, .*trustedCertEntry/)
        expect(stdout.toString()).toContain(certificate.fingerprint256)
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    },
    60_000,
  )
})

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { issueCertificate, makeAuthority } from './certificates.ts'
import { SubjectError } from './subject-error.ts'

const nowMs = Date.parse('2030-06-01T12:00:00Z')
const authority = await makeAuthority({ subject: 'CN=authority,O=Acme', days: 10, nowMs })

async function issued(subject: string, hosts: readonly string[] = [], days = 30) {
  const { key, certificate } = await issueCertificate(authority, { subject, hosts, days, nowMs })
  const parsed = new X509Certificate(certificate)
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true)
  return parsed
}

it('an authority vouches for itself and for what it issues, and is one', async () => {
  const certificate = new X509Certificate(authority.certificate)
  expect(certificate).toMatchObject({ ca: true, subject: 'O=Acme\nCN=authority' })
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  const leaf = await issued('CN=alice')
  expect(leaf).toMatchObject({ ca: false, issuer: certificate.subject })
  expect(leaf.verify(certificate.publicKey)).toBe(true)
  expect(leaf.checkIssued(certificate)).toBe(true)
  const another = await makeAuthority({ subject: 'CN=authority,O=Acme', days: 10, nowMs })
  expect(leaf.verify(new X509Certificate(another.certificate).publicKey)).toBe(false)
})

it('a certificate begins a day earlier, for clocks that are behind, and lasts as long as it is asked for', async () => {
  expect(await issued('CN=alice')).toMatchObject({
    validFrom: 'May 31 12:00:00 2030 GMT',
    validTo: 'Jul  1 12:00:00 2030 GMT',
  })
  expect((await issued('CN=alice', [], 36_500)).validTo).toBe('May  8 12:00:00 2130 GMT')
})

it('a server is known by its names and addresses', async () => {
  const leaf = await issued('CN=b-1.demo', [
    'localhost',
    '127.0.0.1',
    '::1',
    'fe80::1:20',
    '2001:db8:0:1:1:1:1:1',
  ])
  expect(leaf.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:FE80:0:0:0:0:0:1:20, IP Address:2001:DB8:0:1:1:1:1:1',
  )
  expect(leaf.checkIP('::1')).toBe('::1')
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  expect(await issued('CN=alice')).toMatchObject({
    subjectAltName: undefined,
    keyUsage: ['1.3.6.1.5.5.7.3.2'],
  })
})

it('two certificates never have one number', async () => {
  expect((await issued('CN=alice')).serialNumber).not.toBe((await issued('CN=alice')).serialNumber)
})

describe('a subject', () => {
  it.each([
    ['CN=alice,OU=Sales,O=Acme,C=DE', 'C=DE\nO=Acme\nOU=Sales\nCN=alice'],
    ['CN=Ünal', 'CN=Ünal'],
    [String.raw`CN=Smith\, John,O=a\+b`, String.raw`O=a\+b${'\n'}CN=Smith\, John`],
    [String.raw`CN=\c3\9cnal`, 'CN=Ünal'],
    [String.raw`O=say \"hi\",CN=a\\,OU=\22b\22`, String.raw`OU=\"b\"${'\n'}CN=a\\${'\n'}O=say \"hi\"`],
    ['CN=alice+UID=7,DC=example,DC=org', 'DC=org\nDC=example\nCN=alice + UID=7'],
    ['emailAddress=a@example.org, CN=alice', 'CN=alice\nemailAddress=a@example.org'],
    [`CN=${'long'.repeat(60)}`, `CN=${'long'.repeat(60)}`],
  ])('is as it is written: %s', async (written, subject) => {
    expect((await issued(written)).subject).toBe(subject)
  })

  it.each(['alice', 'CN=', 'X=alice', 'CN=alice,', 'CN=alice+', 'to CN=alice', 'CN=a "b" c'])(
    'is none: %s',
    async (written) => {
      await expect(issued(written)).rejects.toThrow(SubjectError)
    },
  )
})

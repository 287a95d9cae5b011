import { X509Certificate } from 'node:crypto'
import { lineLogger, MemoryDisk, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { Authority } from './authority.ts'
import { NodeAuthority } from './node-authority.ts'
import { readRevocationList, revokedEntry } from './revocation-list.ts'

const certificate = '/data/authority/ca.pem'
const key = '/data/authority/ca-key.pem'

let disk: MemoryDisk
let clock: TestClock

beforeEach(() => {
  disk = new MemoryDisk()
  clock = new TestClock()
})

const authority = (dataDirectory = '/data') => new Authority({ clock, disk }, dataDirectory)

describe('an authority that was made earlier', () => {
  beforeEach(() => {
    authority().issueForClient('CN=first')
    authority('/other').issueForClient('CN=first')
  })

  it('goes on', () => {
    const before = disk.readFileSync(certificate).toString()
    authority().issueForClient('CN=second')
    expect(disk.readFileSync(certificate).toString()).toBe(before)
  })

  it.each([
    ['its certificate is none', () => disk.writeFileAtomicSync(certificate, 'none')],
    ['its key is none', () => disk.writeFileAtomicSync(key, 'none')],
    ['its key is gone', () => disk.unlinkSync(key)],
    [
      'its key is that of another',
      () => disk.writeFileAtomicSync(key, disk.readFileSync('/other/authority/ca-key.pem')),
    ],
  ])('issues nothing and names its files where %s', (_, damage) => {
    damage()
    const refused = expect(() => authority().issueForClient('CN=second'))
    refused.toThrow(
      expect.objectContaining({ code: 'AUTHORITY_UNUSABLE', why: expect.stringContaining(key) }),
    )
    refused.toThrow(expect.objectContaining({ why: expect.stringContaining(certificate) }))
  })

  it('has its certificate again that somebody has removed, where its key is', () => {
    const before = disk.readFileSync(certificate).toString()
    disk.unlinkSync(certificate)
    authority().issueForClient('CN=second')
    expect(disk.readFileSync(certificate).toString()).toBe(before)
  })
})

describe('a file of a server', () => {
  const path = '/data/clusters/c/broker-1/tls/keystore.pem'
  const keep = (hosts = ['localhost'], by = authority()) =>
    by.keepFile(path, { subject: 'CN=b-1.demo', hosts })
  const days = (count: number) => clock.moveWallClock(count * 86_400_000)

  it('stays as it is until it has 30 days left', () => {
    expect(keep()).toBe(true)
    expect(keep()).toBe(false)
    days(366)
    expect(keep()).toBe(false)
    days(2)
    expect(keep()).toBe(true)
    const { validTo } = new X509Certificate(disk.readFileSync(path))
    expect(Date.parse(validTo) - clock.now()).toBeGreaterThan(396 * 86_400_000)
  })

  it('is made anew when it shall be known by another name, or is none', () => {
    keep()
    expect(keep(['localhost', 'b-1.example.com'])).toBe(true)
    expect(keep()).toBe(false)
    disk.writeFileAtomicSync(path, 'none')
    expect(keep()).toBe(true)
  })

  it('of an authority that is gone is made anew by another one, which is told loudly', () => {
    keep()
    const lines: string[] = []
    const logger = lineLogger(
      (line) => lines.push(line),
      'warn',
      () => 0,
    )
    disk.removeSync('/data/authority')
    const another = new Authority({ clock, disk, logger }, '/data')
    expect(another.note).toBe(null)
    expect(keep(['localhost'], another)).toBe(true)
    expect(another.note).toMatch(/^The local authority was gone, and another one was made: .* trust it anew/)
    expect(lines).toEqual([expect.stringContaining('another one was made')])
  })

  it('is made anew without a word where only the certificate of its authority was away', () => {
    keep()
    disk.unlinkSync(certificate)
    const again = authority()
    keep(['localhost'], again)
    expect(again.note).toBe(null)
  })
})

it('an authority takes back what it has issued, one after the other', () => {
  const [alice, bob] = ['CN=alice', 'CN=bob'].map((name) => authority().issueForClient(name).certificate)
  const revoked = () => {
    const list = readRevocationList(disk.readFileSync('/data/authority/crl.pem').toString())
    return list?.revoked
  }
  const nowMs = clock.now()
  authority().revoke(alice ?? '')
  expect(revoked()).toEqual([revokedEntry(alice ?? '', nowMs)])
  authority().revoke(bob ?? '')
  expect(revoked()).toEqual([revokedEntry(alice ?? '', nowMs), revokedEntry(bob ?? '', nowMs)])
})

it('the authority of nodes has its certificate again from the files of the nodes', () => {
  const nodes = () => new NodeAuthority({ clock, disk }, '/data/clusters/c', 'c')
  const first = nodes()
  first.keepNodeFile(first.servicePath, ['127.0.0.1'])
  const { authorities } = first.credentials()
  disk.unlinkSync(first.certificatePath)
  nodes().keepNodeFile('/data/clusters/c/authority/broker-1.pem', ['127.0.0.1'])
  expect(nodes().credentials().authorities).toBe(authorities)
})

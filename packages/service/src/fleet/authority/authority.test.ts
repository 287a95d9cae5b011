import { X509Certificate } from 'node:crypto'
import { lineLogger, MemoryDisk, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { Authority } from './authority.ts'
import { NodeAuthority } from './node-authority.ts'
import { readRevocationList } from './revocation-list.ts'

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
  beforeEach(async () => {
    await authority().issueForClient('CN=first')
    await authority('/other').issueForClient('CN=first')
  })

  it('goes on', async () => {
    const before = disk.readFileSync(certificate).toString()
    await authority().issueForClient('CN=second')
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
  ])('issues nothing and names its files where %s', async (_, damage) => {
    damage()
    const refusal = await authority()
      .issueForClient('CN=second')
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'AUTHORITY_UNUSABLE', why: expect.stringContaining(certificate) })
    expect(refusal).toMatchObject({ why: expect.stringContaining(key) })
  })

  it('has its certificate again that somebody has removed, where its key is', async () => {
    const before = disk.readFileSync(certificate).toString()
    disk.unlinkSync(certificate)
    await authority().issueForClient('CN=second')
    expect(disk.readFileSync(certificate).toString()).toBe(before)
  })
})

describe('a file of a server', () => {
  const path = '/data/clusters/c/broker-1/tls/keystore.pem'
  const keep = (hosts = ['localhost'], by = authority()) =>
    by.keepFile(path, { subject: 'CN=b-1.demo', hosts })
  const days = (count: number) => clock.moveWallClock(count * 86_400_000)

  it('stays as it is until it has 30 days left', async () => {
    expect(await keep()).toBe(true)
    expect(await keep()).toBe(false)
    days(366)
    expect(await keep()).toBe(false)
    days(2)
    expect(await keep()).toBe(true)
    const { validTo } = new X509Certificate(disk.readFileSync(path))
    expect(Date.parse(validTo) - clock.now()).toBeGreaterThan(396 * 86_400_000)
  })

  it('is made anew when it shall be known by another name, or is none', async () => {
    await keep()
    expect(await keep(['localhost', 'b-1.example.com'])).toBe(true)
    expect(await keep()).toBe(false)
    disk.writeFileAtomicSync(path, 'none')
    expect(await keep()).toBe(true)
  })

  it('of an authority that is gone is made anew by another one, which is told loudly', async () => {
    await keep()
    const lines: string[] = []
    const logger = lineLogger(
      (line) => lines.push(line),
      'warn',
      () => 0,
    )
    disk.removeSync('/data/authority')
    const another = new Authority({ clock, disk, logger }, '/data')
    expect(another.note).toBe(null)
    expect(await keep(['localhost'], another)).toBe(true)
    expect(another.note).toMatch(/^The local authority was gone, and another one was made: .* trust it anew/)
    expect(lines).toEqual([expect.stringContaining('another one was made')])
  })

  it('is made anew without a word where only the certificate of its authority was away', async () => {
    await keep()
    disk.unlinkSync(certificate)
    const again = authority()
    await keep(['localhost'], again)
    expect(again.note).toBe(null)
  })
})

it('an authority takes back what it has issued, one after the other or at once, and each once', async () => {
  const one = authority()
  const names = ['alice', 'bob', 'carol']
  const issued = await Promise.all(names.map((name) => one.issueForClient(`CN=${name}`)))
  const numbers = issued.map(({ certificate: pem }) => new X509Certificate(pem).serialNumber.toLowerCase())
  const [alice = '', bob = '', carol = ''] = issued.map(({ certificate: pem }) => pem)
  const revoked = async () => {
    const list = await readRevocationList(disk.readFileSync('/data/authority/crl.pem').toString())
    return list?.entries.map(({ serialNumber }) => serialNumber)
  }
  await one.revoke(alice)
  expect(await revoked()).toEqual(numbers.slice(0, 1))
  await one.revoke(alice)
  await Promise.all([one.revoke(bob), one.revoke(carol)])
  expect(await revoked()).toEqual(numbers)
})

it('two that are the first to ask an authority make one', async () => {
  const one = authority()
  const issued = await Promise.all(['CN=alice', 'CN=bob'].map((name) => one.issueForClient(name)))
  for (const { certificate: pem } of issued) expect(one.hasIssued(new X509Certificate(pem))).toBe(true)
})

it('the authority of nodes has its certificate again from the files of the nodes', async () => {
  const nodes = () => new NodeAuthority({ clock, disk }, '/data/clusters/c', 'c')
  const first = nodes()
  await first.keepNodeFile(first.servicePath, ['127.0.0.1'])
  const { authorities } = first.credentials()
  disk.unlinkSync(first.certificatePath)
  await nodes().keepNodeFile('/data/clusters/c/authority/broker-1.pem', ['127.0.0.1'])
  expect(nodes().credentials().authorities).toBe(authorities)
})

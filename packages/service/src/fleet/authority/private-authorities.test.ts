import { MemoryDisk, TestClock } from '@sluice/effects'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Issued, makeAuthority } from './certificates.ts'
import { PrivateAuthorities } from './private-authorities.ts'
import { readRevocationList, revocationList, revokedEntry } from './revocation-list.ts'

const arn = (id: string) => `arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/${id}`
const directory = '/data/certificate-authorities'
const embedded = { heedsRevocations: true }
let disk: MemoryDisk
let clock: TestClock
let authorities: PrivateAuthorities
let one: Issued
let two: Issued

beforeAll(async () => {
  const made = (name: string) =>
    makeAuthority({ subject: `CN=${name}`, days: 100, nowMs: new TestClock().now() })
  one = await made('one')
  two = await made('two')
})

beforeEach(() => {
  disk = new MemoryDisk()
  clock = new TestClock()
  authorities = new PrivateAuthorities({ clock, disk }, '/data', '/data/authority')
})

function put(path: string, text: string): void {
  disk.mkdirSync(`${directory}/${path}/..`)
  disk.writeFileAtomicSync(`${directory}/${path}`, text)
}

describe('an authority that a cluster names', () => {
  it('is refused with what to do where it is not there', () => {
    expect(authorities.refusalOf([arn('one')])).toBe(
      `The certificate authority ${arn('one')} is not known here: put its certificate (PEM) into ${directory}/one/ca.pem.`,
    )
    put('one/ca.pem', one.certificate)
    expect(authorities.refusalOf([arn('one')])).toBe(null)
    put('one/ca.pem', '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n')
    expect(authorities.refusalOf([arn('one')])).toContain('holds no certificate')
  })

  it.each([
    'arn:aws:acm:us-east-1:123456789012:certificate/one',
    'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/../../authority',
    'one',
  ])('is none where its ARN is another kind: %s', (other) => {
    expect(authorities.refusalOf([other])).toContain('is not the ARN of a private certificate authority')
  })

  it('is believed, and nobody beside those that are named', async () => {
    put('one/ca.pem', `Bag attributes\n${one.certificate}`)
    put('two/ca.pem', two.certificate)
    expect(await authorities.trust([arn('one')], embedded)).toEqual({ text: one.certificate, problems: [] })
    expect((await authorities.trust([arn('one'), arn('two')], embedded)).text).toBe(
      one.certificate + two.certificate,
    )
  })

  it('that is gone is told, and nobody is believed instead', async () => {
    const { text, problems } = await authorities.trust([arn('one')], embedded)
    expect(text).toBe('')
    expect(problems).toEqual([
      expect.stringMatching(/is not known here.* Until then nobody is let in by it\.$/),
    ])
  })

  it('is the local one where none is named', async () => {
    disk.mkdirSync('/data/authority')
    disk.writeFileAtomicSync('/data/authority/ca.pem', one.certificate)
    expect(await authorities.trust([], embedded)).toEqual({ text: one.certificate, problems: [] })
  })
})

describe('a revocation list', () => {
  const listOf = (issuer: Issued, days = 30) =>
    revocationList(issuer, [revokedEntry(two.certificate, clock.now())], {
      fromMs: clock.now(),
      untilMs: clock.now() + days * 86_400_000,
    })

  beforeEach(() => {
    put('one/ca.pem', one.certificate)
    put('two/ca.pem', two.certificate)
  })

  it('goes with the authority', async () => {
    const list = await listOf(one)
    put('one/crl.pem', list)
    expect(await authorities.trust([arn('one')], embedded)).toEqual({
      text: one.certificate + list,
      problems: [],
    })
  })

  it('that has expired is told', async () => {
    put('one/crl.pem', await listOf(one, 2))
    clock.moveWallClock(3 * 86_400_000)
    expect((await authorities.trust([arn('one')], embedded)).problems).toEqual([
      `The revocation list ${directory}/one/crl.pem has expired, so that nobody is let in by ${arn('one')}: put a newer one there.`,
    ])
  })

  it('that another authority has not is told', async () => {
    put('one/crl.pem', await listOf(one))
    expect((await authorities.trust([arn('one'), arn('two')], embedded)).problems).toEqual([
      expect.stringContaining(`Clients of ${arn('two')} are not let in`),
    ])
  })

  it('says what it holds, and until when', async () => {
    const list = await listOf(one, 2)
    const entry = revokedEntry(two.certificate, clock.now())
    const read = await readRevocationList(list)
    expect(read?.entries).toMatchObject([
      { serialNumber: entry.serialNumber.toLowerCase(), revocationDate: entry.revocationDate },
    ])
    expect(read?.nextUpdate).toEqual(new Date(clock.now() + 2 * 86_400_000))
    const empty = await revocationList(one, [], { fromMs: clock.now(), untilMs: clock.now() + 1_000 })
    expect((await readRevocationList(empty))?.entries).toEqual([])
    expect(await readRevocationList(one.certificate)).toBe(null)
  })

  it('may be long', async () => {
    const revoked = Array.from({ length: 4_000 }, (_, at) => ({ serialNumber: (0x10000 + at).toString(16) }))
    const lifetime = { fromMs: clock.now(), untilMs: clock.now() + 86_400_000 }
    put('one/crl.pem', await revocationList(one, revoked, lifetime))
    expect((await authorities.trust([arn('one')], embedded)).problems).toEqual([])
  })

  it('is taken as it is now', async () => {
    const [first, second] = [await listOf(one), await listOf(one, 60)]
    for (const list of [first, second]) {
      put('one/crl.pem', list)
      expect((await authorities.trust([arn('one')], embedded)).text).toBe(one.certificate + list)
    }
  })

  it('that cannot be read is told', async () => {
    put('one/crl.pem', 'none')
    expect((await authorities.trust([arn('one')], embedded)).problems).toEqual([
      expect.stringContaining('holds no revocation list'),
    ])
  })

  it('that the engine does not heed is told, and kept from it', async () => {
    put('one/crl.pem', await listOf(one))
    expect(await authorities.trust([arn('one')], { heedsRevocations: false })).toEqual({
      text: one.certificate,
      problems: [
        `${directory}/one/crl.pem is not heeded: the brokers of Apache Kafka read no revocation lists.`,
      ],
    })
  })
})

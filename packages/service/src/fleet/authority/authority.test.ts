import { MemoryDisk, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { Authority } from './authority.ts'

const certificate = '/data/authority/ca.pem'
const key = '/data/authority/ca-key.pem'

let disk: MemoryDisk

beforeEach(() => {
  disk = new MemoryDisk()
})

const authority = (dataDirectory = '/data') => new Authority({ clock: new TestClock(), disk }, dataDirectory)

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
})

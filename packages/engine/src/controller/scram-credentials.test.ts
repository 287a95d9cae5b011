import { AlterUserScramCredentials, ErrorCode } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

const [sha256, sha512] = [1, 2]

const deleted = (name: string, mechanism: number) => ({ name, mechanism })
const upserted = (name: string, mechanism: number, iterations = 4_096) => ({
  name,
  mechanism,
  iterations,
  salt: Buffer.from('salt'),
  saltedPassword: Buffer.alloc(32, 1),
})

interface Alterations {
  readonly deletions?: ReturnType<typeof deleted>[]
  readonly upsertions?: ReturnType<typeof upserted>[]
}

let controller: TestController
beforeEach(async () => {
  controller = await new TestController().open()
})
afterEach(() => controller.close())

/** The error of each user. */
async function alter({ deletions = [], upsertions = [] }: Alterations): Promise<Record<string, number>> {
  const { results } = await controller.channel.request(AlterUserScramCredentials, 0, {
    deletions,
    upsertions,
  })
  return Object.fromEntries(results.map(({ user, errorCode }) => [user, errorCode]))
}

const mechanismsOf = (name: string) =>
  [sha256, sha512].filter((mechanism) => controller.image.security.scramCredential(mechanism, name))

describe('of a user that comes twice in a request', () => {
  beforeEach(() => alter({ upsertions: [upserted('both', sha256)] }))
  const { DUPLICATE_RESOURCE, NONE, RESOURCE_NOT_FOUND, UNACCEPTABLE_CREDENTIAL } = ErrorCode

  it.each<[string, Alterations, number]>([
    ['two mechanisms', { upsertions: [upserted('u', sha256), upserted('u', sha512)] }, DUPLICATE_RESOURCE],
    ['one mechanism', { upsertions: [upserted('u', sha256), upserted('u', sha256)] }, DUPLICATE_RESOURCE],
    [
      'a bad one behind',
      { upsertions: [upserted('u', sha256), upserted('u', sha512, 10)] },
      DUPLICATE_RESOURCE,
    ],
    [
      'a bad one before',
      { upsertions: [upserted('u', sha256, 10), upserted('u', sha512)] },
      UNACCEPTABLE_CREDENTIAL,
    ],
    [
      'none to delete',
      { deletions: [deleted('u', sha256)], upsertions: [upserted('u', sha512)] },
      RESOURCE_NOT_FOUND,
    ],
  ])('with %s nothing is altered', async (_, alterations, error) => {
    expect(await alter({ ...alterations })).toEqual({ u: error })
    expect(mechanismsOf('u')).toEqual([])
  })

  it('what is there stays, and other users are altered', async () => {
    const deletions = [deleted('both', sha256)]
    expect(
      await alter({ deletions, upsertions: [upserted('both', sha512), upserted('other', sha512)] }),
    ).toEqual({
      both: DUPLICATE_RESOURCE,
      other: NONE,
    })
    expect([mechanismsOf('both'), mechanismsOf('other')]).toEqual([[sha256], [sha512]])
  })
})

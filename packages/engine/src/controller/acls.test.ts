import { CreateAcls, DeleteAcls, ErrorCode } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { standardAuthorizer } from '../metadata/acls-image.ts'
import { StandardAuthorizer } from '../authorizer/standard-authorizer.ts'
import { TestController } from './testing/test-controller.ts'

const properties = { 'authorizer.class.name': standardAuthorizer }
const [any, topic, literal, read, allow] = [1, 2, 3, 3, 3]

const acl = (resourceName: string) => ({
  ...{ resourceType: topic, resourceName, resourcePatternType: literal },
  ...{ principal: 'User:alice', host: '*', operation: read, permissionType: allow },
})
const filter = (resourceNameFilter: string | null) => ({
  ...{ resourceTypeFilter: any, resourceNameFilter, patternTypeFilter: any },
  ...{ principalFilter: null, hostFilter: null, operation: any, permissionType: any },
})

async function create(controller: TestController, names: readonly string[]) {
  const { results } = await controller.channel.request(CreateAcls, 3, { creations: names.map(acl) })
  return results.map(({ errorCode }) => errorCode)
}

async function remove(controller: TestController, names: readonly (string | null)[]) {
  const { filterResults } = await controller.channel.request(DeleteAcls, 3, { filters: names.map(filter) })
  return filterResults.map(({ errorCode, matchingAcls }) => [errorCode, matchingAcls.length])
}

const namesOf = ({ image }: TestController) =>
  [...image.security.acls.all()].map(({ resourceName }) => resourceName).sort()

describe('ACLs', () => {
  it('are what the controller has committed, live and after a start', async () => {
    const controller = await new TestController({ properties }).open()
    const { acls } = controller.image.security
    const options = { acls, superUsers: new Set<string>(), allowsEveryoneWithoutAcl: false }
    const permissions = new StandardAuthorizer(options).permissionsOf('User:alice', '127.0.0.1')
    await create(controller, ['orders', 'others'])
    expect(permissions.allows('read', 'topic', 'orders')).toBe(true)
    await remove(controller, ['orders'])
    expect(permissions.allows('read', 'topic', 'orders')).toBe(false)
    await controller.reopen()
    expect(namesOf(controller)).toEqual(['others'])
    await controller.close()
  })

  it('outlive the log that a snapshot stands for', async () => {
    const small = { ...properties, 'metadata.log.max.record.bytes.between.snapshots': '2000' }
    const controller = await new TestController({ properties: small }).open()
    const names = Array.from({ length: 60 }, (_, at) => `topic-${String(at).padStart(2, '0')}`)
    for (const name of names) await create(controller, [name])
    await remove(controller, ['topic-00'])
    await controller.reopen()
    expect(namesOf(controller)).toEqual(names.slice(1))
    await controller.close()
  })

  it('one that is asked for twice is one record', async () => {
    const controller = await new TestController({ properties }).open()
    controller.take()
    expect(await create(controller, ['orders', 'orders'])).toEqual([0, 0])
    expect(await create(controller, ['orders'])).toEqual([0])
    expect(controller.take()).toHaveLength(1)
    expect(await remove(controller, ['orders', null])).toEqual([
      [0, 1],
      [0, 1],
    ])
    expect(controller.take()).toHaveLength(1)
    await controller.close()
  })

  it('are removed by at most ten thousand, and a filter that means more removes none', async () => {
    const controller = await new TestController({ properties }).open()
    const names = Array.from({ length: 10_000 }, (_, at) => `topic-${at}`)
    await create(controller, names)
    await create(controller, ['one-more'])
    expect(await remove(controller, ['topic-1', null, 'topic-2'])).toEqual([
      [ErrorCode.NONE, 1],
      [ErrorCode.INVALID_REQUEST, 0],
      [ErrorCode.NONE, 1],
    ])
    expect(namesOf(controller)).toHaveLength(9_999)
    expect(await remove(controller, [null])).toEqual([[ErrorCode.NONE, 9_999]])
    await controller.close()
  })

  it('are told by an answer of bounded size, however many filters mean the same ones', async () => {
    const controller = await new TestController({ properties }).open()
    await create(
      controller,
      Array.from({ length: 4_000 }, (_, at) => `topic-${at}-${'x'.repeat(200)}`),
    )
    const results = await remove(
      controller,
      Array.from({ length: 100 }, () => null),
    )
    expect(results[0]).toEqual([ErrorCode.NONE, 4_000])
    expect(results.at(-1)).toEqual([ErrorCode.INVALID_REQUEST, 0])
    expect(results.filter(([, told = 0]) => told > 0).length).toBeLessThan(50)
    expect(namesOf(controller)).toHaveLength(0)
    await controller.close()
  })

  it('are neither made nor removed where nobody asks for them', async () => {
    const controller = await new TestController().open()
    expect(await create(controller, ['orders'])).toEqual([ErrorCode.SECURITY_DISABLED])
    expect(await remove(controller, [null])).toEqual([[ErrorCode.SECURITY_DISABLED, 0]])
    await controller.close()
  })

  it('of code 0 are refused, and so are filters of it', async () => {
    const controller = await new TestController({ properties }).open()
    const creations = [{ ...acl('orders'), operation: 0 }]
    const { results } = await controller.channel.request(CreateAcls, 3, { creations })
    expect(results).toEqual([
      { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: 'Invalid operation UNKNOWN' },
    ])
    const filters = [{ ...filter(null), patternTypeFilter: 0 }]
    const { filterResults } = await controller.channel.request(DeleteAcls, 3, { filters })
    expect(filterResults).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST }])
    await controller.close()
  })
})

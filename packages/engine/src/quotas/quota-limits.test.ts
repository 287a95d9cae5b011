import { ClientQuotaRecord, type ValueOf } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { QuotasImage } from '../metadata/quotas-image.ts'
import { QuotaLimits, unlimited } from './quota-limits.ts'

const name = 'producer_byte_rate'

/** Limits by who they are for, as `user/client id`; `*` is the default, and what is empty has no part in it. */
function limitsOf(quotas: Record<string, number>): QuotaLimits {
  const image = new QuotasImage()
  for (const [of, value] of Object.entries(quotas)) {
    const names = of.split('/')
    const entity = ['user', 'client-id'].flatMap((entityType, at) => {
      const entityName = names[at] ?? ''
      return entityName === '' ? [] : [{ entityType, entityName: entityName === '*' ? null : entityName }]
    })
    const record: ValueOf<typeof ClientQuotaRecord> = { entity, key: name, value, remove: false }
    image.replay(record)
  }
  return new QuotaLimits(image, name)
}

/** From the most specific level on. */
const levels = ['alice/app', 'alice/*', 'alice', '*/app', '*/*', '*', '/app', '/*']

describe('of several quotas', () => {
  it.each(levels.map((level, at) => [level, levels.slice(at)] as const))(
    'that for %s holds before those of less specific levels',
    (level, left) => {
      const limits = limitsOf(Object.fromEntries(left.map((one, at) => [one, at + 1])))
      expect(limits.shareOf({ user: 'alice', clientId: 'app' }).limit, level).toBe(1)
    },
  )

  it('one for somebody else holds for nobody', () => {
    const limits = limitsOf({ bob: 1, 'alice/other': 2, '/other': 3 })
    expect(limits.areSet).toBe(true)
    expect(limits.shareOf({ user: 'alice', clientId: 'app' }).limit).toBe(unlimited)
  })

  it('none is set where there is another one alone', () => {
    const image = new QuotasImage()
    const entity = [{ entityType: 'user', entityName: 'alice' }]
    image.replay({ entity, key: 'consumer_byte_rate', value: 1, remove: false })
    expect(new QuotaLimits(image, name).areSet).toBe(false)
  })
})

describe('a quota', () => {
  const keysOf = (limits: QuotaLimits, clients: readonly (readonly [string, string])[]) =>
    new Set(clients.map(([user, clientId]) => limits.shareOf({ user, clientId }).key)).size

  it('of a user is shared by all their client ids', () => {
    const clients = [
      ['alice', 'a'],
      ['alice', 'b'],
    ] as const
    expect(keysOf(limitsOf({ alice: 1 }), clients)).toBe(1)
    expect(keysOf(limitsOf({ '*': 1 }), clients)).toBe(1)
    expect(keysOf(limitsOf({ 'alice/*': 1 }), clients)).toBe(2)
  })

  it('of a client id is shared by all who come with it', () => {
    const clients = [
      ['alice', 'a'],
      ['bob', 'a'],
    ] as const
    expect(keysOf(limitsOf({ '/*': 1 }), clients)).toBe(1)
    expect(keysOf(limitsOf({ '*/a': 1 }), clients)).toBe(2)
  })

  it('of client ids is not for a client without one', () => {
    expect(limitsOf({ '/*': 1 }).shareOf({ user: 'alice', clientId: '' }).limit).toBe(unlimited)
    expect(limitsOf({ 'alice/*': 1 }).shareOf({ user: 'alice', clientId: '' }).limit).toBe(unlimited)
    expect(limitsOf({ alice: 1 }).shareOf({ user: 'alice', clientId: '' }).limit).toBe(1)
  })
})

import { InitProducerId } from '@sluice/wire'
import { expect, it } from 'vitest'
import { whole } from '../authorizer/access.ts'
import type { Permissions } from '../authorizer/permissions.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { authorized } from './authorization.ts'

it('what need not be allowed is not asked: whoever is asked in vain tells the log of a refusal', () => {
  const refused: string[] = []
  const permissions: Permissions = {
    allows: (operation, resource) => {
      refused.push(`${operation} ${resource}`)
      return false
    },
    allowsAny: (operation, resource) => `${operation} ${resource}` === 'write topic',
  }
  const rule = whole('idempotentWrite', 'cluster', { unless: { operation: 'write', resource: 'topic' } })
  const handle = authorized(InitProducerId, [rule], () => ({ producerId: 7 }))
  const session = { principal: 'User:alice', permissions }
  const context = { apiVersion: 5, session, node: { metadata: {} as MetadataImage } }
  const request = { transactionalId: null } as never
  expect(handle(request, context)).toMatchObject({ producerId: 7 })
  expect(refused).toEqual([])
})

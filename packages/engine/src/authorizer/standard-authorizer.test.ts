import { seededRandom } from '@sluice/effects'
import { randomUuid } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import {
  type AclEntry,
  aclPermissions,
  aclResourceTypes,
  AclsImage,
  patternTypes,
} from '../metadata/acls-image.ts'
import { operationCodes, type Operation, type ResourceType } from './permissions.ts'
import { StandardAuthorizer } from './standard-authorizer.ts'

const { deny, allow } = aclPermissions
const random = seededRandom(7)
const everyOperation = 2

interface Written {
  about?: ResourceType
  name?: string
  prefixed?: true
  who?: string
  from?: string
  what?: Operation | 'all'
}

function acl(permissionType: number, written: Written = {}): AclEntry {
  const {
    about = 'topic',
    name = 'orders',
    prefixed,
    who = 'User:alice',
    from = '*',
    what = 'read',
  } = written
  return {
    id: randomUuid(random),
    resourceType: aclResourceTypes[about],
    resourceName: name,
    patternType: prefixed ? patternTypes.prefixed : patternTypes.literal,
    principal: who,
    host: from,
    operation: what === 'all' ? everyOperation : operationCodes[what],
    permissionType,
  }
}

const allows = (written?: Written) => acl(allow, written)
const denies = (written?: Written) => acl(deny, written)

function imageOf(entries: readonly AclEntry[]): AclsImage {
  const acls = new AclsImage()
  for (const entry of entries) acls.add(entry)
  return acls
}

function authorizerOf(entries: readonly AclEntry[], { superUsers = [] as string[], everyone = false } = {}) {
  const options = { superUsers: new Set(superUsers), allowsEveryoneWithoutAcl: everyone }
  return new StandardAuthorizer({ acls: imageOf(entries), ...options })
}

const alice = (entries: readonly AclEntry[], options = {}) =>
  authorizerOf(entries, options).permissionsOf('User:alice', '10.0.0.1')

describe('what ACLs allow', () => {
  it('is nothing but what they say', () => {
    const permissions = alice([allows()])
    expect(permissions.allows('read', 'topic', 'orders')).toBe(true)
    expect(permissions.allows('write', 'topic', 'orders')).toBe(false)
    expect(permissions.allows('read', 'topic', 'orders-2')).toBe(false)
    expect(permissions.allows('read', 'group', 'orders')).toBe(false)
    expect(
      authorizerOf([allows()]).permissionsOf('User:bob', '10.0.0.1').allows('read', 'topic', 'orders'),
    ).toBe(false)
  })

  it('holds for names by a prefix, for all names, all principals and all hosts', () => {
    expect(alice([allows({ name: 'ord', prefixed: true })]).allows('read', 'topic', 'orders')).toBe(true)
    expect(alice([allows({ name: 'orders-', prefixed: true })]).allows('read', 'topic', 'orders')).toBe(false)
    expect(alice([allows({ name: '*' })]).allows('read', 'topic', 'orders')).toBe(true)
    expect(alice([allows({ who: 'User:*' })]).allows('read', 'topic', 'orders')).toBe(true)
    expect(alice([allows({ from: '10.0.0.1' })]).allows('read', 'topic', 'orders')).toBe(true)
    expect(alice([allows({ from: '10.0.0.2' })]).allows('read', 'topic', 'orders')).toBe(false)
  })

  it('is not what another one denies, whichever is the narrower', () => {
    expect(alice([allows(), denies({ name: '*' })]).allows('read', 'topic', 'orders')).toBe(false)
    expect(alice([allows({ name: '*' }), denies()]).allows('read', 'topic', 'orders')).toBe(false)
    expect(alice([allows(), denies({ what: 'all', who: 'User:*' })]).allows('read', 'topic', 'orders')).toBe(
      false,
    )
    expect(alice([allows(), denies({ what: 'write' })]).allows('read', 'topic', 'orders')).toBe(true)
  })

  it.each(['read', 'write', 'delete', 'alter', 'all'] as const)('with %s is to describe, too', (what) => {
    expect(alice([allows({ what })]).allows('describe', 'topic', 'orders')).toBe(true)
    const isDenied = what === 'all'
    const permissions = alice([allows({ what: 'describe' }), denies({ what })])
    expect(permissions.allows('describe', 'topic', 'orders')).toBe(!isDenied)
  })

  it('with alterConfigs is to describe configs, and nothing else is', () => {
    expect(alice([allows({ what: 'alterConfigs' })]).allows('describeConfigs', 'topic', 'orders')).toBe(true)
    expect(alice([allows({ what: 'alter' })]).allows('describeConfigs', 'topic', 'orders')).toBe(false)
  })

  it('is everything for super users, whatever is denied them', () => {
    const permissions = alice([denies({ what: 'all' })], { superUsers: ['User:alice'] })
    expect(permissions.allows('read', 'topic', 'orders')).toBe(true)
    expect(permissions.allowsAny('write', 'topic')).toBe(true)
  })

  it('is what nothing is said of, where that is open to everyone', () => {
    const permissions = alice([allows({ who: 'User:bob' }), allows({ name: 'p', prefixed: true })], {
      everyone: true,
    })
    expect(permissions.allows('read', 'topic', 'orders')).toBe(false)
    expect(permissions.allows('write', 'topic', 'pears')).toBe(false)
    expect(permissions.allows('read', 'topic', 'others')).toBe(true)
  })

  it('changes with them', () => {
    const acls = imageOf([])
    const options = { superUsers: new Set<string>(), allowsEveryoneWithoutAcl: false }
    const permissions = new StandardAuthorizer({ acls, ...options }).permissionsOf('User:alice', '10.0.0.1')
    expect(permissions.allows('read', 'topic', 'orders')).toBe(false)
    const entry = allows({ name: 'ord', prefixed: true })
    acls.add(entry)
    expect(permissions.allows('read', 'topic', 'orders')).toBe(true)
    acls.remove(entry.id)
    expect(permissions.allows('read', 'topic', 'orders')).toBe(false)
  })

  it('is the same for more names than are remembered, whatever else was asked of them', () => {
    const permissions = alice([allows({ name: '7', prefixed: true }), allows({ about: 'group', name: '71' })])
    for (let round = 0; round < 2; round++)
      for (let name = 0; name < 3_000; name++) {
        const isOurs = String(name).startsWith('7')
        expect(permissions.allows('read', 'topic', String(name))).toBe(isOurs)
        expect(permissions.allows('write', 'topic', String(name))).toBe(false)
        expect(permissions.allows('read', 'group', String(name))).toBe(name === 71)
      }
    expect(permissions.allowsAny('read', 'topic')).toBe(true)
    expect(permissions.allowsAny('write', 'topic')).toBe(false)
  })
})

describe('what ACLs allow of any resource of a type', () => {
  it.each<[string, AclEntry[], boolean]>([
    ['none', [], false],
    ['one name', [allows()], true],
    ['another operation', [allows({ what: 'write' })], false],
    ['one name, which is denied', [allows(), denies()], false],
    ['one name, and a prefix of it is denied', [allows(), denies({ name: 'o', prefixed: true })], false],
    ['one name, and all are denied', [allows(), denies({ name: '*' })], false],
    ['all names, and one is denied', [allows({ name: '*' }), denies()], true],
    [
      'a prefix, and a longer one is denied',
      [allows({ name: 'o', prefixed: true }), denies({ name: 'or', prefixed: true })],
      true,
    ],
    [
      'a prefix, and the name that is it is denied',
      [allows({ name: 'o', prefixed: true }), denies({ name: 'o' })],
      true,
    ],
  ])('%s', (_, entries, expected) => {
    expect(alice(entries).allowsAny('read', 'topic')).toBe(expected)
  })
})

describe('any ACLs at all', () => {
  /** As the rules are written, one ACL after the other. */
  function judged(entries: readonly AclEntry[], operation: Operation, name: string, host: string): boolean {
    const implying: Partial<Record<Operation, Operation[]>> = {
      describe: ['read', 'write', 'delete', 'alter'],
      describeConfigs: ['alterConfigs'],
    }
    const about = entries.filter(({ resourceType, resourceName, patternType }) => {
      if (resourceType !== aclResourceTypes.topic) return false
      if (patternType === patternTypes.prefixed) return name.startsWith(resourceName)
      return resourceName === name || resourceName === '*'
    })
    const meant = about.filter(
      ({ principal, host: from }) =>
        (principal === 'User:alice' || principal === 'User:*') && (from === '*' || from === host),
    )
    const says = (one: AclEntry, what: readonly Operation[]) =>
      one.operation === everyOperation || what.some((each) => operationCodes[each] === one.operation)
    if (meant.some((one) => one.permissionType === deny && says(one, [operation]))) return false
    return meant.some(
      (one) => one.permissionType === allow && says(one, [operation, ...(implying[operation] ?? [])]),
    )
  }

  it('are judged as their rules are written', () => {
    const pick = <T>(from: readonly T[]): T => from[random.int(from.length)] as T
    const names = ['*', 'a', 'ab', 'abc', 'b', 'bc', 'c']
    const operations = ['read', 'write', 'describe', 'alterConfigs', 'describeConfigs', 'all'] as const
    for (let round = 0; round < 300; round++) {
      const entries = Array.from({ length: 1 + random.int(8) }, () =>
        acl(pick([deny, allow, allow]), {
          about: pick(['topic', 'topic', 'group'] as const),
          name: pick(names),
          ...(random.int(2) === 0 && { prefixed: true as const }),
          who: pick(['User:alice', 'User:bob', 'User:*']),
          from: pick(['*', '10.0.0.1', '10.0.0.2']),
          what: pick(operations),
        }),
      )
      const removed = entries.filter(() => random.int(4) === 0)
      const acls = imageOf(entries)
      for (const { id } of removed) acls.remove(id)
      const left = entries.filter((one) => !removed.includes(one))
      const options = { superUsers: new Set<string>(), allowsEveryoneWithoutAcl: false }
      const permissions = new StandardAuthorizer({ acls, ...options }).permissionsOf('User:alice', '10.0.0.1')
      for (const name of ['a', 'ab', 'abcd', 'b', 'd'])
        for (const operation of ['read', 'describe', 'describeConfigs'] as const)
          expect(
            permissions.allows(operation, 'topic', name),
            JSON.stringify({ left, operation, name }),
          ).toBe(judged(left, operation, name, '10.0.0.1'))
    }
  })
})

import { lineLogger, MemoryDisk, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { writeAccessKeys } from './access-keys.ts'
import { IdentityFiles } from './identity-files.ts'

const ownerKey = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' }
const home = { partition: 'aws', region: 'us-east-1', account: '000000000000', ownerKey }
const alice = {
  accessKeyId: 'AKIAALICE',
  secretAccessKey: 'secret-of-alice',
  identity: 'arn:aws:iam::000000000000:user/alice',
}

let disk: MemoryDisk
let clock: TestClock
let lines: string[]

beforeEach(() => {
  disk = new MemoryDisk()
  disk.mkdirSync('/data')
  clock = new TestClock()
  lines = []
})

function open(): IdentityFiles {
  const logger = lineLogger(
    (line) => lines.push(line),
    'error',
    () => 0,
  )
  const files = new IdentityFiles({ disk, clock, logger }, '/data', home)
  files.watch()
  return files
}

const write = (value: unknown) =>
  disk.writeFileAtomicSync('/data/iam.json', typeof value === 'string' ? value : JSON.stringify(value))
const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'kafka:*', Resource: '*' } }
const withAlice = { users: { alice: { policies: [document] } } }

function policiesOfAlice({ identities }: IdentityFiles): number {
  const owner = identities.find('AKIAALICE', undefined)
  return owner ? identities.policiesOf(owner.caller).length : -1
}

describe('the files of identities', () => {
  it('need not be there: the owner’s key is the account', () => {
    const { identities } = open()
    expect(identities.find('AKIAOWNER', undefined)?.caller.arn).toBe('arn:aws:iam::000000000000:root')
    expect(lines).toEqual([])
  })

  it('are taken up as they change', async () => {
    const files = open()
    expect(policiesOfAlice(files)).toBe(-1)
    writeAccessKeys(disk, '/data', [alice])
    await clock.advance(1_000)
    expect(policiesOfAlice(files)).toBe(0)
    write(withAlice)
    await clock.advance(1_000)
    expect(policiesOfAlice(files)).toBe(1)
    disk.removeSync('/data/iam.json')
    writeAccessKeys(disk, '/data', [])
    await clock.advance(1_000)
    expect(policiesOfAlice(files)).toBe(-1)
  })

  it.each<[string, unknown, string]>([
    ['no JSON', '{"users":', 'It is not JSON'],
    ['a member twice', '{"users":{"alice":{"policies":[]}},"users":{}}', '"users" is there twice'],
    ['an unknown member', { ...withAlice, groups: {} }, 'the file has no member "groups"'],
    [
      'a policy that is not understood',
      { users: { alice: { policies: [{ ...document, Statement: [] }] } } },
      'users.alice.policies[0]: Syntax errors in policy.',
    ],
    [
      'a name of no policy',
      { users: { alice: { policies: ['read'] } } },
      'there is no policy "read" in policies',
    ],
    ['a role that trusts nobody', { roles: { r: { policies: [] } } }, 'roles.r.trust is not a JSON object'],
    ['the same user twice', { users: { a: {}, 'arn:aws:iam::000000000000:user/a': {} } }, 'is there twice'],
    [
      'a name that another path has, too',
      { users: { a: {}, 'arn:aws:iam::000000000000:user/b/A': {} } },
      'has that name, with another path',
    ],
  ])('that are broken are told, and the last good ones stay: %s', async (_, broken, told) => {
    writeAccessKeys(disk, '/data', [alice])
    write(withAlice)
    const files = open()
    write(broken)
    await clock.advance(5_000)
    expect(policiesOfAlice(files)).toBe(1)
    expect(lines.filter((line) => line.includes(told))).toHaveLength(1)
    disk.writeFileAtomicSync('/data/access-keys.json', '[]')
    await clock.advance(5_000)
    expect(policiesOfAlice(files)).toBe(1)
    expect(lines.filter((line) => line.includes('access-keys.json'))).toHaveLength(1)
  })

  it('a key is good in its regions alone', () => {
    writeAccessKeys(disk, '/data', [{ ...alice, regions: ['eu-west-1'] }])
    expect(policiesOfAlice(open())).toBe(-1)
    writeAccessKeys(disk, '/data', [{ ...alice, regions: ['eu-west-1', 'us-east-1'] }])
    expect(policiesOfAlice(open())).toBe(0)
  })
})

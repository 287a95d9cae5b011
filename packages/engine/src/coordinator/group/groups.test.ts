import { expect, test } from 'vitest'
import { MemberBytes } from './member-bytes.ts'
import { Groups } from './groups.ts'

test('a name is made once, and its group stays the same', () => {
  const groups = new Groups(new MemberBytes())
  expect(groups.has('readers')).toBe(false)
  const readers = groups.createClassic('readers')
  expect(groups.createClassic('readers')).toBe(readers)
  expect([groups.get('readers'), groups.classic('readers')]).toEqual([readers, readers])
  groups.delete('readers')
  expect([...groups.all()]).toEqual([])
})

test('a group that is not served takes its name and is no group to work with, until it is gone', () => {
  const groups = new Groups(new MemberBytes())
  groups.createClassic('readers')
  groups.keepUnserved('readers')
  expect([groups.has('readers'), groups.isUnserved('readers'), groups.get('readers')]).toEqual([
    true,
    true,
    undefined,
  ])
  expect(groups.unservedCount).toBe(1)
  groups.forgetUnserved('readers')
  expect(groups.has('readers')).toBe(false)
})

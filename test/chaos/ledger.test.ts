import { expect, it } from 'vitest'
import { accountOf, isClean, type Stored } from './ledger.ts'

const log = (...values: number[]): Stored[] => values.map((value, offset) => ({ offset, value }))
const sent = { partition: 0, acknowledged: [1, 2, 4], unsure: [3] }
const account = (stored: Stored[], read: Stored[] = []) =>
  accountOf([sent], new Map([[0, stored]]), new Map([[0, read]]))

it('all that was acknowledged once and in order is clean, with what is unsure or without', () => {
  for (const stored of [log(1, 2, 3, 4), log(1, 2, 4)]) {
    expect(isClean(account(stored, stored.slice(0, 2)))).toBe(true)
    expect(account(stored, stored)).toMatchObject({ acknowledged: 3, unsure: 1, consumed: stored.length })
  }
})

it.each([
  ['lost', log(1, 4), [], ['0: 2 was acknowledged and is gone']],
  ['duplicated', log(1, 2, 2, 4), [], ['0: 2 is there 2 times']],
  ['disordered', log(1, 4, 2), [], ['0: 2 at offset 2 stands behind a later one']],
  ['strange', log(1, 2, 4, 5), [], ['0: 5 was never sent']],
  ['changed', log(1, 2, 4), [{ offset: 1, value: 3 }], ['0: 3 was read at offset 1, where 2 is']],
  ['changed', log(1, 2, 4), [{ offset: 3, value: 5 }], ['0: 5 was read at offset 3, where nothing is']],
] as const)('what is %s is named, and nothing else', (kind, stored, read, sentences) => {
  const found = account(stored, [...read])
  expect(isClean(found)).toBe(false)
  expect(found).toMatchObject({
    lost: [],
    duplicated: [],
    disordered: [],
    strange: [],
    changed: [],
    [kind]: sentences,
  })
})

import { expect, it } from 'vitest'
import { LargeRequests } from './large-requests.ts'

const mb = 1024 * 1024

it('lets large requests begin in their order, as many as there is room for', () => {
  const requests = new LargeRequests()
  const begun: string[] = []
  const leave = new Map<string, () => void>()
  const enter = (name: string, bytes: number) =>
    requests.enter(bytes, (end) => {
      begun.push(name)
      leave.set(name, end)
    })
  enter('a', mb)
  enter('b', 2 * mb)
  enter('huge', 50 * mb)
  enter('c', mb)
  expect(begun).toEqual(['a', 'b'])
  leave.get('a')?.()
  leave.get('a')?.()
  expect(begun).toEqual(['a', 'b'])
  leave.get('b')?.()
  expect(begun).toEqual(['a', 'b', 'huge'])
  leave.get('huge')?.()
  expect(begun).toEqual(['a', 'b', 'huge', 'c'])
})

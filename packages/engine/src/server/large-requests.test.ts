import { expect, it } from 'vitest'
import { LargeRequests } from './large-requests.ts'

const mb = 1024 * 1024

function scene() {
  const requests = new LargeRequests()
  const begun: string[] = []
  const leaves = new Map<string, () => void>()
  return {
    begun,
    leave: (name: string) => leaves.get(name)?.(),
    enter: (name: string, bytes: number) => {
      const request = { bytes, begin: () => void begun.push(name) }
      leaves.set(name, () => requests.leave(request))
      requests.enter(request)
    },
  }
}

it('lets large requests begin in their order, as many as there is room for', () => {
  const { begun, enter, leave } = scene()
  enter('a', mb)
  enter('b', 2 * mb)
  enter('huge', 50 * mb)
  enter('c', mb)
  expect(begun).toEqual(['a', 'b'])
  leave('a')
  leave('a')
  expect(begun).toEqual(['a', 'b'])
  leave('b')
  expect(begun).toEqual(['a', 'b', 'huge'])
  leave('huge')
  expect(begun).toEqual(['a', 'b', 'huge', 'c'])
})

it('lets go of what nobody wants any more before its turn', () => {
  const { begun, enter, leave } = scene()
  enter('a', mb)
  enter('huge', 50 * mb)
  enter('b', mb)
  leave('huge')
  expect(begun).toEqual(['a', 'b'])
})

it('goes through thousands that are over at once', () => {
  const requests = new LargeRequests()
  const first = { bytes: mb, begin: () => {} }
  requests.enter(first)
  let begun = 0
  for (let i = 0; i < 10_000; i++) {
    const request = {
      bytes: 4 * mb,
      begin: () => {
        begun++
        requests.leave(request)
      },
    }
    requests.enter(request)
  }
  requests.leave(first)
  expect(begun).toBe(10_000)
})

import { Deferred } from '@sluice/effects'
import { expect, it } from 'vitest'
import { Limit } from './limit.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

it('lets work begin in order, while there is room for it', async () => {
  const limit = new Limit(4)
  const begun: string[] = []
  const ends = new Map<string, Deferred<void>>()
  const run = (name: string, weight: number) => {
    const end = new Deferred<void>()
    ends.set(name, end)
    return limit.run(weight, () => {
      begun.push(name)
      return end.promise
    })
  }
  const all = [run('a', 3), run('b', 2), run('c', 1), run('d', 9)]
  await settle()
  // c would fit, and does not overtake b.
  expect(begun).toEqual(['a'])
  ends.get('a')?.resolve()
  await settle()
  expect(begun).toEqual(['a', 'b', 'c'])
  ends.get('b')?.resolve()
  await settle()
  expect(begun).toHaveLength(3)
  ends.get('c')?.resolve()
  await settle()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  ends.get('d')?.resolve()
  await Promise.all(all)
})

it('goes on after work that failed', async () => {
  const limit = new Limit(1)
  const failed = limit.run(1, () => Promise.reject(new Error('no')))
  const next = limit.run(1, () => Promise.resolve('yes'))
  await expect(failed).rejects.toThrow('no')
  expect(await next).toBe('yes')
})

import { expect, test } from 'vitest'
import { FewAtOnce } from './few-at-once.ts'

test('begins no more of what takes long than it may, and the next as soon as one has ended, well or badly', async () => {
  const few = new FewAtOnce(2)
  const begun: number[] = []
  const ends: ((error: Error | null) => void)[] = []
  const all = [0, 1, 2, 3].map((which) =>
    few.run((ended) => {
      begun.push(which)
      ends[which] = ended
    }),
  )
  expect(begun).toEqual([0, 1])
  ends[1]?.(new Error('the disk is gone'))
  await expect(all[1]).rejects.toThrow('the disk is gone')
  expect(begun).toEqual([0, 1, 2])
  ends[0]?.(null)
  ends[2]?.(null)
  await Promise.all([all[0], all[2]])
  expect(begun).toEqual([0, 1, 2, 3])
  ends[3]?.(null)
  await all[3]
})

test('goes on after one that could not even be begun', async () => {
  const few = new FewAtOnce(1)
  const failed = few.run(() => {
    throw new Error('no such file is open')
  })
  const next = few.run((ended) => ended(null))
  await expect(failed).rejects.toThrow('no such file is open')
  await next
})

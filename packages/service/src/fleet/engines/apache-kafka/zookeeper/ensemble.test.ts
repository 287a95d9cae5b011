import { expect, it } from 'vitest'
import { ensembleProblem } from './ensemble.ts'

it('says which ZooKeeper node is outside its ensemble', () => {
  expect(
    ensembleProblem(
      new Map([
        [1, 'follower'],
        [2, 'leader'],
        [3, 'follower'],
      ]),
    ),
  ).toBeNull()
  expect(
    ensembleProblem(
      new Map([
        [1, 'follower'],
        [2, null],
      ]),
    ),
  ).toBe("ZooKeeper node 2 is not part of the ensemble's quorum.")
})

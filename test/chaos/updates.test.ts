import { beforeAll, expect, it } from 'vitest'
import { ensureBuilt } from '../cli/sluice.ts'
import { killedInUpdates } from './updates.ts'

beforeAll(ensureBuilt, 120_000)

it('a service that is killed in updates ends in what was wanted', { timeout: 300_000 }, async () => {
  const notes: string[] = []
  const { problems, kills } = await killedInUpdates(
    { engine: 'embedded', hosting: 'inline', kills: 5, seed: 7 },
    (line) => notes.push(line),
  )
  expect(problems, notes.join('\n')).toEqual([])
  expect(kills).toBe(5)
})

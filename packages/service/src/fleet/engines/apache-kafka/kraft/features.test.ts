import { expect, it } from 'vitest'
import { pinnedVersions } from '../../../jvm/distributions.ts'
import { defaultLevels, missingLevels } from './features.ts'

it('knows the levels of every pinned version', () => {
  for (const version of pinnedVersions) expect(defaultLevels(version), version).toBeDefined()
})

it('raises what stands below the release, metadata.version first', () => {
  expect(missingLevels('4.1.2', [{ name: 'metadata.version', maxVersionLevel: 21 }])).toEqual([
    { feature: 'metadata.version', maxVersionLevel: 27 },
    { feature: 'transaction.version', maxVersionLevel: 2 },
    { feature: 'group.version', maxVersionLevel: 1 },
    { feature: 'eligible.leader.replicas.version', maxVersionLevel: 1 },
  ])
})

it('leaves alone what is there, and what somebody has raised further', () => {
  const finalized = [
    { name: 'metadata.version', maxVersionLevel: 33 },
    { name: 'transaction.version', maxVersionLevel: 2 },
    { name: 'group.version', maxVersionLevel: 1 },
    { name: 'kraft.version', maxVersionLevel: 1 },
  ]
  expect(missingLevels('4.0.2', finalized)).toEqual([])
})

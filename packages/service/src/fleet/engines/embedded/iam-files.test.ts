import { lineLogger, MemoryDisk, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { ClusterAccess } from '../../../iam/cluster-access.ts'
import { testIdentities } from '../../../iam/testing/identities.ts'
import { FollowedIamFile } from './iam-files.ts'

const secret = 'what-only-alice-knows'
const broken = `{"identities":{"ownerKey":{"secretAccessKey":${secret}}}}`

it('a file of keys that is broken is told of without any of them, and what it said before stays', async () => {
  const disk = new MemoryDisk()
  const clock = new TestClock()
  const lines: string[] = []
  const logger = lineLogger(
    (line) => lines.push(line),
    'debug',
    () => 0,
  )
  const ownerKey = { accessKeyId: 'AKIAOWNER', secretAccessKey: secret }
  const whole = new ClusterAccess(testIdentities({ ownerKey }), 'arn:aws:kafka:::cluster/c/u-1', () => null)
  disk.writeFileAtomicSync('/iam.json', JSON.stringify(whole.snapshot))
  const file = new FollowedIamFile('/iam.json', { disk, clock, logger })
  disk.writeFileAtomicSync('/iam.json', broken)
  await clock.advance(1_000)
  expect(file.access.identities.find('AKIAOWNER', undefined)).toBeDefined()
  expect(lines.join('\n')).toContain('cannot take up who may log in by IAM')
  expect(lines.join('\n')).not.toMatch(/only|alice|knows/)
  expect(() => new FollowedIamFile('/iam.json', { disk, clock, logger })).toThrow(/is not JSON: [^"]*$/)
  file.end()
})

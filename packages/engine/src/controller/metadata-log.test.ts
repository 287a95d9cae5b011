import { MemoryDisk, silentLogger, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { MetadataImage } from '../metadata/image.ts'
import { atOnce } from '../storage/slices.ts'
import { defaultLogConfig } from '../storage/testing/default-log-config.ts'
import { MetadataLog } from './metadata-log.ts'

it('is read from its first record by whoever has none, whatever epoch that one has heard of', () => {
  const disk = new MemoryDisk()
  const open = () =>
    atOnce(
      MetadataLog.open(
        {
          disk,
          clock: new TestClock(),
          logger: silentLogger,
          directory: '/controller',
          nodeId: 3000,
          logConfig: defaultLogConfig,
          retentionBytes: 100 * 1024 * 1024,
          wasClean: true,
          acceptsLoss: true,
        },
        new MetadataImage(),
      ),
    )
  open().close({ clean: true })
  const path = '/controller/__cluster_metadata-0/quorum-state'
  const state = disk.readFileSync(path).toString()
  disk.writeFileAtomicSync(path, state.replace('"leaderEpoch":1', '"leaderEpoch":5'))
  const log = open()
  expect(log.epoch).toBe(6)
  expect(log.placeOf(0, 3)).toEqual({ kind: 'valid' })
  expect(log.placeOf(1, 3)).toMatchObject({ kind: 'diverging', end: { epoch: 1 } })
  log.close({ clean: true })
})

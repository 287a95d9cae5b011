import { MemoryDisk, silentLogger, systemProcesses, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { watchDirectory } from './directory-watch.ts'
import { lockDataDirectory } from './fleet/data-directory.ts'

it('tells once that the data directory is gone, within a second, and nothing while it is there or after its end', async () => {
  for (const ends of [false, true]) {
    const clock = new TestClock()
    const disk = new MemoryDisk()
    const effects = { clock, disk, processes: systemProcesses(), logger: silentLogger }
    const lock = lockDataDirectory(effects, '/data')
    const lost: Error[] = []
    const onDirectoryLost = (error: Error) => void lost.push(error)
    const abandon = () => ['Its nodes were ended with it.']
    const watch = watchDirectory({ dataDirectory: '/data', effects, onDirectoryLost, abandon }, lock)
    await clock.advance(10_000)
    expect(lost).toEqual([])
    disk.removeSync('/data')
    if (ends) watch.end()
    await clock.advance(1_000)
    await clock.advance(10_000)
    expect(lost).toHaveLength(ends ? 0 : 1)
    const why = expect.stringMatching(/what was written since is lost\. Its nodes were ended with it\.$/)
    if (!ends) expect(lost[0]).toMatchObject({ code: 'DATA_DIRECTORY_LOST', why })
  }
})

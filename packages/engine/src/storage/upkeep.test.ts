import { MemoryDisk, TestClock, silentLogger } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import { NodeDisk } from './node-disk.ts'
import { Upkeep } from './upkeep.ts'

function upkeep() {
  const clock = new TestClock()
  const disk = new NodeDisk({ disk: new MemoryDisk(), clock, logger: silentLogger, directory: '/data' })
  return { clock, nodeDisk: disk, upkeep: new Upkeep({ clock, disk }) }
}

describe('upkeep', () => {
  test('does each chore in its own time', async () => {
    const { clock, upkeep: kept } = upkeep()
    const done: string[] = []
    const note = (what: string) => () => void done.push(`${what} at ${clock.monotonic()}`)
    kept.begin([
      { everyMs: 40, work: note('flush') },
      { firstMs: 10, everyMs: 50, work: note('retention') },
      // Longer than any timer may be: Kafka's way to say never.
      { everyMs: 2 ** 63, work: note('never') },
    ])
    kept.once(15, note('removal'))
    await clock.advance(100)
    expect(done).toEqual([
      'retention at 10',
      'removal at 15',
      'flush at 40',
      'retention at 60',
      'flush at 80',
    ])
    kept.end()
    expect(clock.pending).toBe(0)
  })

  test('goes on after a disk has refused a chore, and says so', async () => {
    const { clock, nodeDisk, upkeep: kept } = upkeep()
    const disk = new MemoryDisk()
    disk.failNext('mkdir', 'ENOSPC')
    kept.begin([{ everyMs: 10, work: () => disk.mkdirSync('/made') }])
    await clock.advance(10)
    expect(nodeDisk.failure?.reason).toMatch('ENOSPC')
    expect(disk.existsSync('/made')).toBe(false)
    await clock.advance(10)
    expect(disk.existsSync('/made')).toBe(true)
    kept.end()
  })
})

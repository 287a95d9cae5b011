import { MemoryDisk, TestClock, silentLogger } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import { Upkeep } from './upkeep.ts'

function upkeep() {
  const errors: unknown[] = []
  const clock = new TestClock()
  const logger = { ...silentLogger, error: (_: string, fields?: object) => void errors.push(fields) }
  return { clock, errors, upkeep: new Upkeep({ clock, logger }) }
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
    const { clock, errors, upkeep: kept } = upkeep()
    const disk = new MemoryDisk()
    disk.failNext('mkdir', 'ENOSPC')
    kept.begin([{ everyMs: 10, work: () => disk.mkdirSync('/made') }])
    await clock.advance(10)
    expect(errors).toEqual([{ error: expect.objectContaining({ code: 'ENOSPC' }) }])
    expect(disk.existsSync('/made')).toBe(false)
    await clock.advance(10)
    expect(disk.existsSync('/made')).toBe(true)
    kept.end()
  })
})

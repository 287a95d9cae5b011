import { silentLogger, TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { PartitionDisk } from './partition-disk.ts'

const events = { topic: 'events', partition: 0 }
const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' })

describe('the disk of a partition', () => {
  it('is left alone for a second after a failure', async () => {
    const clock = new TestClock()
    const disk = new PartitionDisk({ clock, logger: silentLogger }, events)
    expect(disk.isOffline).toBe(false)
    disk.failed(full)
    expect(disk.isOffline).toBe(true)
    await clock.advance(999)
    expect(disk.isOffline).toBe(true)
    await clock.advance(1)
    expect(disk.isOffline).toBe(false)
  })

  it('is well again once it has done what was asked', () => {
    const disk = new PartitionDisk({ clock: new TestClock(), logger: silentLogger }, events)
    disk.failed(full)
    disk.worked()
    expect(disk.isOffline).toBe(false)
  })

  it('is not blamed for a bug', () => {
    const disk = new PartitionDisk({ clock: new TestClock(), logger: silentLogger }, events)
    expect(() => disk.failed(new TypeError('x is not a function'))).toThrow('x is not a function')
    expect(disk.isOffline).toBe(false)
  })
})

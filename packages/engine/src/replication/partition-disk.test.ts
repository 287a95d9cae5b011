import { MemoryDisk, silentLogger, TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { NodeDisk } from '../storage/node-disk.ts'
import { VolumeFullError } from '../storage/volume.ts'
import { PartitionDisk } from './partition-disk.ts'

const events = { topic: 'events', partition: 0 }
const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' })

function diskOf(clock = new TestClock()): { disk: PartitionDisk; nodeDisk: NodeDisk } {
  const nodeDisk = new NodeDisk({ disk: new MemoryDisk(), clock, logger: silentLogger, directory: '/data' })
  return { nodeDisk, disk: new PartitionDisk({ clock, nodeDisk }, events) }
}

describe('the disk of a partition', () => {
  it('is left alone for a second after a failure', async () => {
    const clock = new TestClock()
    const { disk, nodeDisk } = diskOf(clock)
    expect(disk.isOffline).toBe(false)
    disk.failed(full)
    expect(disk.isOffline).toBe(true)
    expect(nodeDisk.failure?.reason).toBe(full.message)
    await clock.advance(999)
    expect(disk.isOffline).toBe(true)
    await clock.advance(1)
    expect(disk.isOffline).toBe(false)
  })

  it('is read on while its volume is full', async () => {
    const { disk } = diskOf()
    disk.failed(new VolumeFullError(1_000))
    expect([disk.isOffline, disk.isUnreadable]).toEqual([true, false])
    disk.failed(full)
    expect(disk.isUnreadable).toBe(true)
    disk.worked()
    expect(disk.isUnreadable).toBe(false)
  })

  it('is well again once it has done what was asked', () => {
    const { disk } = diskOf()
    disk.failed(full)
    disk.worked()
    expect(disk.isOffline).toBe(false)
  })

  it('is not blamed for a bug', () => {
    const { disk, nodeDisk } = diskOf()
    expect(() => disk.failed(new TypeError('x is not a function'))).toThrow('x is not a function')
    expect(nodeDisk.failure).toBe(null)
    expect(disk.isOffline).toBe(false)
  })
})

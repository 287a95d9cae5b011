import { MemoryDisk, type Processes, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { lockDataDirectory, lockHolder } from './data-directory.ts'
import { OperatingError } from './operating-error.ts'

const clock = new TestClock()
let disk: MemoryDisk
/** Start times of the processes that live, by id. */
let alive: Map<number, string>

beforeEach(() => {
  disk = new MemoryDisk(() => clock.now())
  alive = new Map([
    [10, 'monday'],
    [20, 'tuesday'],
  ])
})

const processes = (pid: number): Processes => ({
  pid,
  isRunning: (other) => alive.has(other),
  startedAt: (other) => alive.get(other) ?? null,
  signal() {},
})
const lock = (pid: number) => lockDataDirectory({ clock, disk, processes: processes(pid) }, '/data')

function failure(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('the lock of a data directory', () => {
  it('is taken in a directory that is made for it, and given back', () => {
    const taken = lock(10)
    expect(lockHolder(disk, '/data')).toEqual({ pid: 10, startedAt: 'monday' })
    taken.release()
    expect(lockHolder(disk, '/data')).toBeNull()
    lock(20)
  })

  it('keeps a second process out, and names the first', () => {
    lock(10)
    const error = failure(() => lock(20))
    expect(error).toBeInstanceOf(OperatingError)
    expect(error).toMatchObject({
      code: 'DATA_DIRECTORY_IN_USE',
      why: 'Another Sluice runs on it: process 10.',
    })
    expect(lockHolder(disk, '/data')?.pid).toBe(10)
  })

  it('keeps the same process out, too', () => {
    lock(10)
    expect(failure(() => lock(10))).toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
  })

  it('is taken over after a kill', () => {
    lock(10)
    alive.delete(10)
    lock(20)
    expect(lockHolder(disk, '/data')?.pid).toBe(20)
    expect(disk.readdirSync('/data').map(({ name }) => name)).toEqual(['lock'])
  })

  it('is taken over when another process has the id of the killed one', () => {
    lock(10)
    alive.set(10, 'wednesday')
    lock(20)
    expect(lockHolder(disk, '/data')?.pid).toBe(20)
  })

  it('is left to another process that is just writing it, and taken over when that never ends', async () => {
    disk.mkdirSync('/data')
    disk.writeFileAtomicSync('/data/lock', '')
    expect(failure(() => lock(20))).toMatchObject({
      code: 'DATA_DIRECTORY_IN_USE',
      why: expect.stringMatching(/empty or garbled: another start may be about to write it/),
      next: expect.stringMatching(/after 2 seconds is taken over/),
    })
    await clock.advance(2_000)
    lock(20)
    expect(lockHolder(disk, '/data')?.pid).toBe(20)
  })

  it('is not given back by one that has lost it', () => {
    const lost = lock(10)
    alive.delete(10)
    lock(20)
    lost.release()
    expect(lockHolder(disk, '/data')?.pid).toBe(20)
  })
})

describe('a data directory that cannot be used', () => {
  it.each([
    ['mkdir', 'EACCES', /may not write/],
    ['writeFileAtomic', 'EROFS', /read-only/],
    ['writeFileAtomic', 'ENOSPC', /disk is full/],
  ])('%s fails with %s: the error says so and what to do', (operation, code, why) => {
    disk.failNext(operation, code)
    expect(failure(() => lock(10))).toMatchObject({
      name: 'OperatingError',
      message: 'The data directory /data cannot be used.',
      code,
      why: expect.stringMatching(why),
      next: expect.stringContaining('--data-dir'),
    })
  })

  it('knows when it is not its own any more', () => {
    const held = lock(10)
    expect(held.state()).toBe('held')
    disk.failNext('readFile', 'EIO')
    expect(held.state()).toBe('held')
    disk.writeFileAtomicSync('/data/lock', '{"pid":20}')
    expect(held.state()).toBe('another’s')
    disk.removeSync('/data')
    expect(held.state()).toBe('gone')
  })
})

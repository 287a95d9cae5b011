import { guardedClock, lineLogger, MemoryDisk, NodeGuard, TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { DirectoryLostError, NodeDisk } from './node-disk.ts'

const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' })
const directory = '/data/broker-1'

class World {
  readonly clock = new TestClock(1_000)
  readonly memory = new MemoryDisk()
  readonly lines: string[] = []
  readonly guard = new NodeGuard(() => {})
  isGone = false
  readonly disk: NodeDisk

  constructor() {
    this.memory.mkdirSync(directory)
    this.disk = new NodeDisk({
      disk: this.memory,
      clock: guardedClock(this.clock, this.guard.run),
      logger: lineLogger(
        (line) => this.lines.push(line.slice(25)),
        'warn',
        () => this.clock.now(),
      ),
      directory,
    })
    this.disk.begin(() => this.isGone)
  }

  /** The disk takes no file at all. */
  isFull(full: boolean): void {
    this.memory.beforeOperation = (operation) => {
      if (full && operation === 'writeFileAtomic')
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
    }
  }
}

const told = `ERROR the disk fails directory=${directory} reason="${full.message}" what="an append failed" partition=3`

describe('the disk of a node', () => {
  it('is given up when it has failed for a while, and no more when it serves', async () => {
    const world = new World()
    const { disk, clock } = world
    world.isFull(true)
    disk.failed('an append failed', full)
    await clock.advance(3_999)
    expect(disk.isGivenUp).toBe(false)
    await clock.advance(1)
    expect(disk.isGivenUp).toBe(true)
    world.isFull(false)
    await clock.advance(1_000)
    expect(disk.isGivenUp).toBe(false)
    // What has failed once is over before.
    disk.failed('a flush failed', full)
    for (let ms = 0; ms < 10_000; ms += 100, await clock.advance(100)) expect(disk.isGivenUp).toBe(false)
  })

  it('tells once that it fails, however often it does, and once that it serves again, also when nobody writes', async () => {
    const world = new World()
    const { disk, clock, lines, memory } = world
    world.isFull(true)
    for (let request = 0; request < 100; request++) {
      disk.failed('an append failed', full, { partition: 3 })
      await clock.advance(200)
    }
    expect(lines).toEqual([told])
    expect(disk.failure).toEqual({ sinceMs: 1_000, reason: full.message })
    await clock.advance(60_000)
    expect(disk.failure).not.toBe(null)
    world.isFull(false)
    await clock.advance(1_000)
    expect(disk.failure).toBe(null)
    expect(lines).toEqual([told, `WARN the disk serves again directory=${directory} seconds=81`])
    expect(memory.readdirSync(directory)).toEqual([])
  })

  it('does not come and go where a small file fits and what is written does not', async () => {
    const { disk, clock, lines } = new World()
    for (let attempt = 0; attempt < 20; attempt++) {
      disk.failed('an append failed', full, { partition: 3 })
      await clock.advance(1_500)
    }
    expect(lines).toEqual([told])
    await clock.advance(3_000)
    expect(disk.failure).toBe(null)
  })

  it('fails its node when the directory is gone', async () => {
    const world = new World()
    await world.clock.advance(10_000)
    expect(world.guard.failure).toBe(null)
    world.isGone = true
    await world.clock.advance(1_000)
    expect(world.guard.failure).toBeInstanceOf(DirectoryLostError)
    expect(world.guard.failure?.message).toContain(directory)
  })

  it('fails its node for a bug, also in what cleans up behind a probe', async () => {
    const world = new World()
    const bug = new TypeError('a bug of the disk')
    world.memory.beforeOperation = (operation) => {
      if (operation === 'remove') throw bug
    }
    world.disk.failed('an append failed', full)
    await world.clock.advance(1_000)
    expect(world.guard.failure).toBe(bug)
  })

  it('leaves no timer behind', () => {
    const { disk, clock } = new World()
    disk.failed('an append failed', full)
    disk.end()
    expect(clock.pending).toBe(0)
    expect(disk.failure).toBe(null)
  })
})

import { lineLogger, MemoryDisk, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { FileCache } from './file-cache.ts'
import { NodeDisk } from './node-disk.ts'
import { atOnce } from './slices.ts'
import { append, batchOf, LogContext, readAll, valuesOf } from './testing/log-context.ts'
import { Volume, VolumeFullError } from './volume.ts'

const directory = '/data/broker-1/volume-1'
const size = 100_000
/** What records may fill of it. */
const room = 95_000

let memory: MemoryDisk
let volume: Volume

beforeEach(() => {
  memory = new MemoryDisk()
  memory.mkdirSync(`${directory}/events-0`)
  volume = new Volume(memory, directory, size)
})

const log = `${directory}/events-0/00000000000000000000.log`
const bytes = (length: number) => Buffer.alloc(length, 1)

/** The sizes of all files of the directory, asked one by one. */
function counted(path = directory): number {
  let sum = 0
  for (const { name, isDirectory } of memory.readdirSync(path))
    sum += isDirectory ? counted(`${path}/${name}`) : memory.statSync(`${path}/${name}`).size
  return sum
}

describe('a volume', () => {
  it('takes records up to its size and not a byte more, and keeps what it has', () => {
    const file = volume.openSync(log, 'write')
    file.writeSync(bytes(room - 1_000), 0)
    expect(() => file.writevSync([bytes(600), bytes(401)], room - 1_000)).toThrow(VolumeFullError)
    expect(memory.statSync(log).size).toBe(room - 1_000)
    file.writevSync([bytes(600), bytes(400)], room - 1_000)
    expect(() => file.writeSync(bytes(1), room)).toThrow(/ENOSPC/)
    expect(volume.usedBytes).toBe(room)
  })

  it('takes what is written over', () => {
    const file = volume.openSync(log, 'write')
    file.writeSync(bytes(room), 0)
    file.writeSync(bytes(500), 100)
    expect(volume.usedBytes).toBe(room)
  })

  it('keeps room for small files when records have filled it', () => {
    volume.openSync(log, 'write').writeSync(bytes(room), 0)
    volume.writeFileAtomicSync(`${directory}/recovery-point-offset-checkpoint`, bytes(4_000))
    expect(volume.usedBytes).toBe(room + 4_000)
    expect(() =>
      volume.writeFileAtomicSync(`${directory}/replication-offset-checkpoint`, bytes(1_001)),
    ).toThrow(VolumeFullError)
  })

  it('has room again when it grows, or when something goes', () => {
    const file = volume.openSync(log, 'write')
    file.writeSync(bytes(room), 0)
    volume.resize(size + 100)
    file.writeSync(bytes(50), room)
    expect(() => file.writeSync(bytes(100), room + 50)).toThrow(VolumeFullError)
    file.truncateSync(10)
    file.writeSync(bytes(1_000), 10)
    expect(volume.usedBytes).toBe(1_010)
    volume.removeSync(`${directory}/events-0`)
    expect(volume.usedBytes).toBe(0)
  })

  it('counts what is there when it begins, but for what an interrupted write has left', () => {
    volume.openSync(log, 'write').writeSync(bytes(1_234), 0)
    volume.writeFileAtomicSync(`${directory}/meta.properties`, bytes(100))
    memory.openSync(`${directory}/meta.properties.tmp`, 'write').writeSync(bytes(50), 0)
    const again = new Volume(memory, directory, size)
    atOnce(again.measure())
    expect(again.usedBytes).toBe(1_334)
    again.removeSync(`${directory}/meta.properties.tmp`)
    expect(again.usedBytes).toBe(1_334)
    atOnce(new Volume(memory, '/data/broker-2', size).measure())
  })

  it('counts right whatever is done to files', async () => {
    const file = volume.openSync(log, 'write')
    file.writevSync([bytes(100), bytes(200)], 0)
    volume.renameSync(log, `${log}.deleted`)
    volume.createExclusiveSync(`${directory}/lock`, 'mine')
    volume.writeFileAtomicSync(`${directory}/checkpoint`, bytes(70))
    volume.writeFileAtomicSync(`${directory}/checkpoint`, bytes(30))
    await volume.writeFileAtomic(`${directory}/checkpoint`, bytes(90), () => false)
    await volume.writeFileAtomic(`${directory}/checkpoint`, bytes(9_000), () => true)
    expect(volume.usedBytes).toBe(counted())
    volume.writeFileAtomicSync(`${directory}/other`, bytes(11))
    volume.renameSync(`${directory}/other`, `${directory}/checkpoint`)
    volume.unlinkSync(`${log}.deleted`)
    volume.renameSync(`${directory}/events-0`, `${directory}/events-0.x-delete`)
    expect(volume.usedBytes).toBe(counted())
    volume.removeSync(`${directory}/not-there`)
    expect(volume.usedBytes).toBe('mine'.length + 11)
  })

  it('counts what a write that the disk refuses has come to', () => {
    const file = volume.openSync(log, 'write')
    file.writeSync(bytes(10), 0)
    memory.failNext('write', 'EIO')
    expect(() => file.writeSync(bytes(10), 10)).toThrow('EIO')
    expect(volume.usedBytes).toBe(counted())
  })

  it('does not count what stands elsewhere', () => {
    memory.mkdirSync('/data/broker-1/logs')
    volume.openSync('/data/broker-1/logs/server.log', 'write').writeSync(bytes(2 * size), 0)
    volume.writeFileAtomicSync('/data/broker-1/report.json', bytes(2 * size))
    expect(volume.usedBytes).toBe(0)
  })

  it('tells what is left for records', () => {
    volume.openSync(log, 'write').writeSync(bytes(5_000), 0)
    expect(volume.spaceSync(directory)).toEqual({ totalBytes: size, usableBytes: room - 5_000 })
    volume.writeFileAtomicSync(`${directory}/checkpoint`, bytes(94_000))
    expect(volume.spaceSync(directory).usableBytes).toBe(0)
  })
})

describe('a log on a volume that is full', () => {
  it('refuses records, is read on, and takes records again when it grows, or retention has made room', async () => {
    const context = new LogContext({ segmentBytes: 20_000, fileDeleteDelayMs: 1_000, retentionMs: 60_000 })
    context.disk.mkdirSync('/data')
    const disk = new Volume(context.disk, '/data', size)
    const events = context.load({ disk, files: new FileCache(disk) })
    let written = 0
    const fill = () => {
      for (; written < 1_000; written++) append(events, batchOf(1, { value: 'x'.repeat(1_000) }))
    }
    expect(fill).toThrow(VolumeFullError)
    const full = written
    expect(full).toBeGreaterThan(80)
    expect(events.logEndOffset).toBe(full)
    events.dropStage()
    expect(valuesOf(readAll(events))).toHaveLength(full)
    disk.resize(2 * size)
    expect(fill).toThrow(VolumeFullError)
    expect(written).toBeGreaterThan(2 * full - 5)
    await context.clock.advance(120_000)
    expect(events.applyRetention(context.clock.now())).toBeGreaterThan(5)
    await context.clock.advance(2_000)
    const before = written
    expect(fill).toThrow(VolumeFullError)
    expect(written).toBeGreaterThan(before + full)
    expect(context.failures).toEqual([])
  })
})

describe('the disk of a node on a volume', () => {
  it('says that the volume is full, and serves again when there is room', async () => {
    const clock = new TestClock(1_000)
    const lines: string[] = []
    const logger = lineLogger(
      (line) => lines.push(line),
      'warn',
      () => clock.now(),
    )
    const disk = new NodeDisk({ disk: volume, clock, logger, directory })
    disk.begin(() => false)
    volume.resize(3 * 1024 * 1024)
    const file = volume.openSync(log, 'write')
    file.writeSync(bytes(2 * 1024 * 1024), 0)
    try {
      file.writeSync(bytes(2 * 1024 * 1024), 2 * 1024 * 1024)
    } catch (error) {
      disk.failed('an append failed', error as NodeJS.ErrnoException)
    }
    await clock.advance(10_000)
    expect(disk.failure).toMatchObject({ sinceMs: 1_000, fullVolumeBytes: 3 * 1024 * 1024 })
    volume.resize(5 * 1024 * 1024)
    await clock.advance(1_000)
    expect(disk.failure).toBe(null)
    disk.end()
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import { Deferred } from './deferred.ts'
import { keepDirectorySync } from './directories.ts'
import { MemoryDisk, onlySynced } from './disk-memory.ts'

let disk: MemoryDisk
beforeEach(() => {
  disk = new MemoryDisk()
  keepDirectorySync(disk, '/data')
})

function write(path: string, text: string): void {
  const file = disk.openSync(path, 'write')
  file.writeSync(Buffer.from(text), 0)
  file.syncSync()
  file.closeSync()
}

function namesIn(directory: string, of = disk): string[] {
  return of
    .readdirSync(directory)
    .map(({ name }) => name)
    .sort()
}

/** After a power cut that leaves the first so many of the changes of names. */
function afterChanges(count: number): MemoryDisk {
  return disk.afterCrash({ ...onlySynced, names: () => count })
}

describe('a power cut', () => {
  it('takes a file whose directory was not synced, however often the file was', () => {
    write('/data/a', 'a')
    disk.loseUnsynced()
    expect(namesIn('/data')).toEqual([])
  })

  it('leaves one whose directory was, with what was synced of it', () => {
    write('/data/a', 'a')
    disk.syncDirectorySync('/data')
    disk.openSync('/data/a', 'write').writeSync(Buffer.from('bc'), 0)
    disk.loseUnsynced()
    expect(disk.readFileSync('/data/a').toString()).toBe('a')
  })

  it('takes all of a directory whose own name was not synced', () => {
    disk.mkdirSync('/data/log')
    write('/data/log/a', 'a')
    disk.syncDirectorySync('/data/log')
    expect(disk.contentOf('/data/log/a', 'synced')).toBeNull()
    const left = disk.afterCrash(onlySynced)
    expect(left.existsSync('/data/log')).toBe(false)
    disk.syncDirectorySync('/data')
    expect(disk.contentOf('/data/log/a', 'synced')?.toString()).toBe('a')
    disk.loseUnsynced()
    expect(namesIn('/data/log')).toEqual(['a'])
  })

  it('brings back what was removed, replaced or renamed', () => {
    for (const name of ['a', 'b', 'c']) write(`/data/${name}`, name)
    disk.mkdirSync('/data/log')
    write('/data/log/d', 'd')
    for (const path of ['/data', '/data/log']) disk.syncDirectorySync(path)
    disk.unlinkSync('/data/a')
    disk.writeFileAtomicSync('/data/b', 'new', { durable: false })
    disk.renameSync('/data/c', '/data/e')
    disk.renameSync('/data/log', '/data/aside')
    disk.removeSync('/data/aside')
    expect(namesIn('/data')).toEqual(['b', 'e'])
    disk.loseUnsynced()
    expect(namesIn('/data')).toEqual(['a', 'b', 'c', 'log'])
    expect(namesIn('/data/log')).toEqual(['d'])
    expect(disk.readFileSync('/data/b').toString()).toBe('b')
  })

  it('may leave the first changes of a directory, each of them whole', () => {
    write('/data/a', 'a')
    disk.syncDirectorySync('/data')
    write('/data/b', 'b')
    disk.renameSync('/data/a', '/data/b')
    disk.unlinkSync('/data/b')
    expect([0, 1, 2, 3].map((count) => namesIn('/data', afterChanges(count)))).toEqual([
      ['a'],
      ['a', 'b'],
      ['b'],
      [],
    ])
  })

  it('leaves what a file is replaced with for good, and what else was done in its directory', () => {
    write('/data/a', 'a')
    disk.writeFileAtomicSync('/data/b', 'b')
    disk.loseUnsynced()
    expect(namesIn('/data')).toEqual(['a', 'b'])
  })

  it('leaves the old or the new content of a file that is replaced off the event loop', async () => {
    disk.writeFileAtomicSync('/data/a', 'old')
    await disk.writeFileAtomic('/data/a', 'new', () => false)
    const contents = [0, 1].map((count) => afterChanges(count).readFileSync('/data/a').toString())
    expect(contents).toEqual(['old', 'new'])
  })

  it('does not take what a kill before it has left, once that is synced', () => {
    write('/data/a', 'a')
    disk = disk.afterCrash()
    const lost = disk.copy()
    lost.loseUnsynced()
    expect(namesIn('/data', lost)).toEqual([])
    disk.syncDirectorySync('/data')
    disk.loseUnsynced()
    expect(namesIn('/data')).toEqual(['a'])
  })
})

it('makes durable what was there when the sync of a directory began', async () => {
  write('/data/a', 'a')
  const under = new Deferred<void>()
  disk.duringSync = () => under.promise
  const synced = disk.syncDirectory('/data')
  write('/data/b', 'b')
  under.resolve()
  await synced
  disk.loseUnsynced()
  expect(namesIn('/data')).toEqual(['a'])
})

describe('a directory that is kept', () => {
  it('survives a power cut with those above it, also where somebody has made them before', () => {
    disk.mkdirSync('/data/x')
    keepDirectorySync(disk, '/data/x/y/z')
    disk.loseUnsynced()
    expect(disk.existsSync('/data/x/y/z')).toBe(true)
  })

  it.each(['EACCES', 'EPERM', 'EROFS', 'EINVAL', 'ENOTSUP'])(
    'may be below one that is not ours to sync: %s',
    (code) => {
      disk.failNext('syncDirectory', code, 1, '/data')
      keepDirectorySync(disk, '/data/x')
      expect(disk.existsSync('/data/x')).toBe(true)
    },
  )

  it('fails as the disk does', () => {
    disk.failNext('syncDirectory', 'EIO', 1, '/data')
    expect(() => keepDirectorySync(disk, '/data/y')).toThrow('EIO')
  })
})

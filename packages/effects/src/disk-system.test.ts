import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemDisk } from './disk-system.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-disk-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

it.runIf(process.platform !== 'win32')(
  'keeps what it makes from other users, whatever the umask',
  async () => {
    const before = process.umask(0)
    try {
      const disk = systemDisk()
      const kept = join(directory, 'kept')
      disk.mkdirSync(join(kept, 'below'))
      disk.openSync(join(kept, 'opened'), 'write').closeSync()
      disk.writeFileAtomicSync(join(kept, 'replaced'), '')
      await disk.writeFileAtomic(join(kept, 'replaced soon'), '', () => false)
      disk.createExclusiveSync(join(kept, 'created'), '')
      const modes = ['', 'below', 'opened', 'replaced', 'replaced soon', 'created'].map(
        (name) => statSync(join(kept, name)).mode & 0o777,
      )
      expect(modes).toEqual([0o700, 0o700, 0o600, 0o600, 0o600, 0o600])
    } finally {
      process.umask(before)
    }
  },
)

describe('making directories', () => {
  it('makes the parents too, and takes one that is there', () => {
    const disk = systemDisk()
    const path = join(directory, 'a/b/c')
    disk.mkdirSync(path)
    disk.mkdirSync(path)
    expect(disk.statSync(path).isDirectory).toBe(true)
  })

  it('fails where a file is in the way', () => {
    const path = join(directory, 'file')
    writeFileSync(path, '')
    expect(() => systemDisk().mkdirSync(path)).toThrow(/EEXIST/)
    expect(() => systemDisk().mkdirSync(join(path, 'below'))).toThrow(/ENOTDIR/)
  })

  // Node's own recursive form never returns here.
  it.runIf(process.platform === 'linux')('fails where no directory can be made', () => {
    expect(() => systemDisk().mkdirSync('/proc/sluice/below')).toThrow(/ENOENT/)
  })
})

it('leaves nothing of a file that it could not put in place', () => {
  const disk = systemDisk()
  const taken = join(directory, 'taken')
  disk.mkdirSync(join(taken, 'by a directory'))
  expect(() => disk.writeFileAtomicSync(taken, 'never to be seen')).toThrow()
  expect(disk.readdirSync(directory).map(({ name }) => name)).toEqual(['taken'])
})

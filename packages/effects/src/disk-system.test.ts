import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemDisk } from './disk-system.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-disk-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

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

import { MemoryDisk } from '@sluice/effects'
import { expect, it } from 'vitest'
import { rollingLog } from './rolling-log.ts'

const path = '/logs/server.log'

function open(disk: MemoryDisk) {
  disk.mkdirSync('/logs')
  return rollingLog(disk, path, { bytesMax: 10, filesMax: 3 }).write
}

const files = (disk: MemoryDisk) =>
  disk
    .readdirSync('/logs')
    .map(({ name }) => [name, disk.readFileSync(`/logs/${name}`).toString()])
    .sort()

it('a log goes on where it was, and rolls what grows beyond its limit', () => {
  const disk = new MemoryDisk()
  open(disk)('one')
  const log = open(disk)
  log('two')
  expect(files(disk)).toEqual([['server.log', 'one\ntwo\n']])
  for (const line of ['three', 'four', 'five', 'six and more', 'seven']) log(line)
  expect(files(disk)).toEqual([
    ['server.log', 'seven\n'],
    ['server.log.1', 'six and more\n'],
    ['server.log.2', 'four\nfive\n'],
  ])
})

it('a line that the disk does not take is lost, and nothing else', () => {
  const disk = new MemoryDisk()
  const log = open(disk)
  log('one')
  disk.failNext('write', 'ENOSPC')
  log('lost')
  log('two')
  expect(files(disk)).toEqual([['server.log', 'one\ntwo\n']])
})

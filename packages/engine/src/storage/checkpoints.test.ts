import { MemoryDisk } from '@sluice/effects'
import { expect, test } from 'vitest'
import { CheckpointFile, OffsetCheckpoint } from './checkpoints.ts'

const path = `/volume-1/${CheckpointFile.recoveryPoint}`

function checkpointOn(disk: MemoryDisk): OffsetCheckpoint {
  disk.mkdirSync('/volume-1')
  return new OffsetCheckpoint(disk, '/volume-1', CheckpointFile.recoveryPoint)
}

test('a write that is overtaken is done when what has overtaken it is there', async () => {
  const disk = new MemoryDisk(() => 0)
  const checkpoint = checkpointOn(disk)
  const first = checkpoint.writeSoon(new Map([['events 0', 5]]))
  void checkpoint.writeSoon(new Map([['events 0', 7]]))
  await first
  expect(disk.readFileSync(path).toString()).toBe('0\n1\nevents 0 7\n')
})

test('a write that is overtaken hears of what the disk refuses then', async () => {
  const disk = new MemoryDisk(() => 0)
  const checkpoint = checkpointOn(disk)
  const first = checkpoint.writeSoon(new Map([['events 0', 5]]))
  const second = checkpoint.writeSoon(new Map([['events 0', 7]]))
  disk.failNext('writeFileAtomic', 'ENOSPC', 1, path)
  await expect(first).rejects.toThrow('ENOSPC')
  await expect(second).rejects.toThrow('ENOSPC')
  await checkpoint.writeSoon(new Map([['events 0', 7]]))
  expect(disk.readFileSync(path).toString()).toBe('0\n1\nevents 0 7\n')
})

test('a write off the event loop is durable when it has ended', async () => {
  const disk = new MemoryDisk(() => 0)
  const checkpoint = checkpointOn(disk)
  disk.syncDirectorySync('/')
  await checkpoint.writeSoon(new Map([['events 0', 5]]))
  disk.loseUnsynced()
  expect(disk.readFileSync(path).toString()).toBe('0\n1\nevents 0 5\n')
})

test('a write that is overtaken when it has replaced the file does not pass for the one before it', async () => {
  const disk = new MemoryDisk(() => 0)
  const checkpoint = checkpointOn(disk)
  await checkpoint.writeSoon(new Map([['events 0', 5]]))
  let again: Promise<void> | undefined
  disk.duringSync = async (synced) => {
    if (synced === '/volume-1') again ??= checkpoint.writeSoon(new Map([['events 0', 5]]))
  }
  await checkpoint.writeSoon(new Map([['events 0', 7]]))
  await again
  expect(disk.readFileSync(path).toString()).toBe('0\n1\nevents 0 5\n')
})

test('a write on the event loop overtakes those off it', async () => {
  const disk = new MemoryDisk(() => 0)
  const checkpoint = checkpointOn(disk)
  const first = checkpoint.writeSoon(new Map([['events 0', 5]]))
  checkpoint.write(new Map([['events 0', 7]]))
  await first
  expect(disk.readFileSync(path).toString()).toBe('0\n1\nevents 0 7\n')
})

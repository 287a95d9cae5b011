import { MemoryDisk, silentLogger, TestClock } from '@sluice/effects'
import type { Loss } from '@sluice/engine'
import { expect, it } from 'vitest'
import { emptyReport, readReport, writeReport } from './node-file.ts'
import { Reporting } from './reporting.ts'

const at = { node: '/demo/broker-1', data: '/demo/broker-1/volume-1', config: '/c', logs: '/l' }
const lossOf = (n: number): Loss => ({ kind: 'log missing', log: `${'topic'.repeat(20)}-${n}` })

/** The report of a node on a disk that has no room for another file any more, nor for more of one. */
function onFullDisk() {
  const disk = new MemoryDisk()
  disk.mkdirSync(at.node)
  writeReport(disk, at, emptyReport)
  const path = `${at.node}/report.json`
  const { size } = disk.statSync(path)
  disk.beforeOperation = (operation) => {
    if (['writeFileAtomic', 'mkdir'].includes(operation))
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
  }
  const reporting = new Reporting({ disk, clock: new TestClock(), logger: silentLogger, directories: at })
  const read = () => {
    expect(disk.statSync(path).size).toBe(size)
    return readReport(disk, at)
  }
  return { reporting, read }
}

it('a node on a full disk can still say what it has lost, and what has stopped it', () => {
  const { reporting, read } = onFullDisk()
  reporting.lost(lossOf(1))
  reporting.registered(7)
  expect(read()).toEqual({ ...emptyReport, losses: [lossOf(1)], brokerEpoch: 7 })
  reporting.failed(new Error('the disk is full'))
  expect(read()).toMatchObject({ losses: [lossOf(1)], failure: 'the disk is full' })
})

it('where there is too much to say for the room that it has, it says what stopped it, and the first of the losses', () => {
  const { reporting, read } = onFullDisk()
  for (let n = 0; n < 2_000; n++) reporting.lost(lossOf(n))
  reporting.failed(new Error('the disk is full'))
  const { losses, failure } = read()
  expect(failure).toBe('the disk is full')
  expect(losses.length).toBeGreaterThan(100)
  expect(losses[0]).toEqual(lossOf(0))
})

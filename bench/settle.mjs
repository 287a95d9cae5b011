// The same state of the machine before every measured run, whoever is next: nothing that earlier runs have left.
import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sleep } from './protocol.mjs'
import { cpuTicks } from './side-by-side/machine.mjs'

/** Apache Kafka looks for what is to be removed once in the old delay, which is a minute, when it has been told of another. */
const removedWithinMs = 90_000
const removedEveryMs = 50
const deletedDirectory = /-delete$/
const writtenWithinMs = 120_000
/** What a JVM compiles after its load, and what brokers have to put away, takes a core for some seconds. */
const idleWithinMs = 20_000
const idleForMs = 500
/** Of the cores' time: three idle clusters take less. */
const idleShare = 0.9
/** More than a run of small requests writes. */
const writtenBytes = 500e6
/**
 * Pages that were freed on one processor wait there for its next run (Linux: up to an eighth of the memory), where another
 * one does not find them.
 */
const keptByProcessorsBytes = totalmem() / 8
const zeros = Buffer.alloc(1_000_000)

/**
 * Waits until the files of deleted topics are gone from `directory` and the disk has all of the others, and until
 * the cores have little to do. Else the next run shares them with what the last one has left to be done. Then the page cache is made as warm as a run needs
 * it that writes `bytes`.
 */
export async function settle(directory, bytes = writtenBytes) {
  await untilRemoved(directory)
  await written(directory)
  await untilIdle()
  warmPageCache(directory, bytes)
}

async function untilRemoved(directory) {
  const end = performance.now() + removedWithinMs
  while (hasDeleted(directory) && performance.now() < end) await sleep(removedEveryMs)
}

function hasDeleted(directory) {
  try {
    return readdirSync(directory, { recursive: true }).some((path) => deletedDirectory.test(path))
  } catch {
    // Something went while it was listed.
    return true
  }
}

/** Only where the system has sync(1) of GNU, which takes a file system. */
async function written(directory) {
  await promisify(execFile)('sync', ['-f', directory], { timeout: writtenWithinMs }).catch(() => {})
}

/** Where others keep the machine busy the run begins all the same, and its load is in the report. */
async function untilIdle() {
  const end = performance.now() + idleWithinMs
  let before = cpuTicks()
  while (before && performance.now() < end) {
    await sleep(idleForMs)
    const now = cpuTicks()
    if ((now.idle - before.idle) / (now.all - before.all) >= idleShare) return
    before = now
  }
}

/**
 * Writes a file of so many bytes, and more, and removes it. On a virtual machine a page that was never used, or not for some
 * seconds, costs up to ten times as much as the write into it, and would be charged to whoever comes first; the next run gets
 * these pages.
 */
function warmPageCache(directory, bytes) {
  const path = join(directory, 'warm')
  const file = openSync(path, 'w')
  try {
    for (let left = bytes + keptByProcessorsBytes; left > 0; left -= zeros.length) writeSync(file, zeros)
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

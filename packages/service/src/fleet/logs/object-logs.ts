import { dirname, join } from 'node:path'
import type { Disk } from '@sluice/effects'

/** Where S3 is on this machine: a directory a bucket. */
const objectBytesMax = 16 * 1_048_576
/** What the logs of a cluster may take in a bucket; beyond that the oldest hours go. */
const clusterBytesMax = 256 * 1_048_576
const slotMinutes = 5

interface Delivered {
  /** Of the cluster, in the bucket. */
  directory: string
  broker: number
  text: string
  nowMs: number
}

/**
 * Adds to the object of a broker's logs that is written now: one for five minutes, in a directory for each hour, as MSK
 * names them (not compressed, for people to read). What is more than an object may hold begins the next one.
 */
export function appendToObject(disk: Disk, { directory, broker, text, nowMs }: Delivered): void {
  const iso = new Date(nowMs - (nowMs % (slotMinutes * 60_000))).toISOString()
  const hour = iso.slice(0, 13).replace('T', '-')
  const stem = join(directory, hour, `Broker-${broker}_${iso.slice(11, 16).replace(':', '-')}`)
  const bytes = Buffer.from(text)
  const path = objectFor(disk, stem, bytes.length)
  if (!disk.existsSync(path)) makeRoom(disk, directory)
  disk.mkdirSync(dirname(path))
  const file = disk.openSync(path, 'write')
  try {
    file.writeSync(bytes, file.sizeSync())
  } finally {
    file.closeSync()
  }
}

/** The last of its parts, or one more: nothing goes before what is there already. */
function objectFor(disk: Disk, stem: string, bytes: number): string {
  const pathOf = (part: number) => (part === 0 ? `${stem}.log` : `${stem}_${part}.log`)
  let last = 0
  while (disk.existsSync(pathOf(last + 1))) last++
  const size = sizeOf(disk, pathOf(last))
  return pathOf(size > 0 && size + bytes > objectBytesMax ? last + 1 : last)
}

function makeRoom(disk: Disk, directory: string): void {
  if (!disk.existsSync(directory)) return
  const hours = disk
    .readdirSync(directory)
    .map(({ name }) => join(directory, name))
    .sort()
  const sizes = hours.map((hour) =>
    disk.readdirSync(hour).reduce((sum, { name }) => sum + sizeOf(disk, join(hour, name)), 0),
  )
  let total = sizes.reduce((sum, size) => sum + size, 0)
  // The hour that is written to stays.
  for (let at = 0; at < hours.length - 1 && total > clusterBytesMax; at++) {
    disk.removeSync(hours[at] ?? '')
    total -= sizes[at] ?? 0
  }
}

function sizeOf(disk: Disk, path: string): number {
  return disk.existsSync(path) ? disk.statSync(path).size : 0
}

/** A name of a request as names of directories below another: none leads out of it. */
export function belowDirectory(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (part === '..' ? '%2E%2E' : part.replaceAll('\0', '%00')))
    .join('/')
}

import { join } from 'node:path'
import type { Disk, DiskFile } from '@sluice/effects'
import { metadataTopic } from '@sluice/wire'
import type { TellLoss } from '../storage/losses.ts'
import type { LostTail } from '../storage/lost-tail.ts'
import type { Steps } from '../storage/slices.ts'

/**
 * The metadata has lost more than an interrupted write can take. Whoever went on without it would put the logs of
 * the topics aside that it no longer knows: so nothing is changed, until somebody accepts the loss.
 */
export class MetadataDamagedError extends Error {
  override name = 'MetadataDamagedError'
  /** Whether the loss can be accepted: there is something to go on with. */
  readonly isAcceptable: boolean

  constructor(message: string, { isAcceptable = true } = {}) {
    super(message)
    this.isAcceptable = isAcceptable
  }
}

/** What decides whether the metadata log may be cut. */
export interface DamageOptions {
  readonly disk: Disk
  /** Whether the last stop was clean: then nothing in the log can be unfinished. */
  readonly wasClean: boolean
  /** Somebody has accepted what is lost. */
  readonly acceptsLoss?: boolean
  /** Something of this cluster is there beside the log, so that it cannot be a new one. */
  readonly isExpected?: boolean
  readonly onLoss?: TellLoss
}

export const metadataLogName = `${metadataTopic}-0`
const copyBytes = 1024 * 1024

/**
 * An interrupted write leaves a torn end, of which nothing was acknowledged: it is cut off. Where whole batches follow
 * the broken one, or the last stop was clean, records are at stake that were. What is cut off is kept in any case.
 */
export function* beforeMetadataCut(options: DamageOptions, directory: string, tail: LostTail): Steps {
  const { offset, endOffset, bytes } = tail
  const loss = { kind: 'log cut', log: metadataLogName, offset, records: endOffset - offset, bytes } as const
  const isTorn = !tail.holdsBatches && !options.wasClean
  const what = loss.records > 0 ? `${loss.records} records (${bytes} bytes)` : `${bytes} bytes`
  if (!isTorn)
    requireAccepted(
      options,
      `The metadata log in ${directory} is broken at offset ${offset}: ${what} from there on are at stake, which may be topics with all their partitions, configurations and more.`,
    )
  // Nobody can tell a torn batch from one that was whole once.
  options.onLoss?.({ ...loss, keptIn: yield* keep(options.disk, directory, tail) })
}

/** The log ends before what is known of it: whole batches are gone from its end, or all of it. */
export function acceptMissingEnd(options: DamageOptions, directory: string, offset: number): void {
  const ends = offset === 0 ? 'is empty' : `ends at offset ${offset}`
  requireAccepted(
    options,
    `The metadata log in ${directory} ${ends}, and more was written to it: topics with all their partitions, configurations and more are at stake.`,
  )
  options.onLoss?.({ kind: 'log cut', log: metadataLogName, offset, records: 0, bytes: 0 })
}

function requireAccepted({ acceptsLoss }: DamageOptions, message: string): void {
  if (!acceptsLoss) throw new MetadataDamagedError(message)
}

/** Copies what is cut off into one file, durably; returns its path. */
function* keep(disk: Disk, directory: string, { offset, pieces }: LostTail): Steps<string> {
  const path = freePath(disk, join(directory, `${String(offset).padStart(20, '0')}.lost`))
  const copy = disk.openSync(path, 'write')
  try {
    let at = 0
    for (const { segment, from, to } of pieces) {
      const file = segment.file.pin()
      try {
        yield* copyRange(file, from, to, copy, at)
        at += to - from
      } finally {
        segment.file.unpin()
      }
    }
    copy.syncSync()
  } finally {
    copy.closeSync()
  }
  disk.syncDirectorySync(directory)
  return path
}

function* copyRange(file: DiskFile, from: number, to: number, copy: DiskFile, start: number): Steps {
  const chunk = Buffer.alloc(Math.min(copyBytes, to - from))
  for (let at = from; at < to; at += chunk.length) {
    const read = file.readSync(chunk, 0, Math.min(chunk.length, to - at), at)
    copy.writeSync(chunk.subarray(0, read), start + at - from)
    yield
  }
}

function freePath(disk: Disk, path: string): string {
  for (let n = 1; ; n++) {
    const free = n === 1 ? path : `${path}-${n}`
    if (!disk.existsSync(free)) return free
  }
}

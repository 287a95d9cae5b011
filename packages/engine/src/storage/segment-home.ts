import type { Disk } from '@sluice/effects'
import type { FileCache } from './file-cache.ts'

/** What the segments of one log share. */
export interface SegmentHome {
  readonly disk: Disk
  readonly files: FileCache
  /** Changes when the log is renamed for deletion. */
  readonly directory: string
  /** May be replaced at any time. */
  readonly config: { readonly indexIntervalBytes: number }
}

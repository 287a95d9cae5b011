import type { Clock, Random } from '@sluice/effects'
import type { Streams } from '../../streams/streams.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  streams: Streams
  clock: Clock
  random: Random
}

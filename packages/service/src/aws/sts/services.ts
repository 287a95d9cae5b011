import type { Place } from '../../fleet/place.ts'

/** What operations may touch. */
export interface Services {
  place: Place
}

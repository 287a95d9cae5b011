import { assert } from '@sluice/effects'
import { releaseLines } from './releases.generated.ts'

/** A release of Apache Kafka, as its clients meet it. */
export interface Release {
  /** Versions by API key. */
  readonly apis: ReadonlyMap<number, VersionRange>
  /** The greatest level of each feature; with ZooKeeper there are none. */
  readonly features: ReadonlyMap<string, number>
}

/** An API in the versions that a node serves. */
interface Served extends VersionRange {
  readonly api: { readonly apiKey: number }
}

interface VersionRange {
  readonly minVersion: number
  readonly maxVersion: number
}

const known = new Map<string, Release>()

/** By its name: `3.8.1`, or `3.8.1-zookeeper` as it is with ZooKeeper. */
export function releaseOf(name: string): Release {
  if (known.size === 0) for (const line of releaseLines.trim().split('\n')) learn(line)
  const release = known.get(name)
  assert(release, `${name} is a release of which there are facts`)
  return release
}

/** What of an API clients of such a release get: what it has and we serve. Null where there is no version of both. */
export function versionsIn(release: Release | null, served: Served): VersionRange | null {
  if (!release) return served
  const own = release.apis.get(served.api.apiKey)
  if (!own) return null
  const minVersion = Math.max(own.minVersion, served.minVersion)
  const maxVersion = Math.min(own.maxVersion, served.maxVersion)
  return minVersion <= maxVersion ? { minVersion, maxVersion } : null
}

function learn(line: string): void {
  const [name, apis, features] = JSON.parse(line) as [string, string, Record<string, number>]
  const ranges = apis.split(' ').map((text): [number, VersionRange] => {
    const [apiKey = 0, minVersion = 0, maxVersion = 0] = text.split(/[:-]/).map(Number)
    return [apiKey, { minVersion, maxVersion }]
  })
  known.set(name, { apis: new Map(ranges), features: new Map(Object.entries(features)) })
}

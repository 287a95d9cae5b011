import { serverlessLimits, serverlessZones } from '../clusters/serverless-limits.ts'

/** What the clients of a serverless cluster did in one minute: a second's bytes, and what there was at its end. */
export interface Load {
  bytesInPerSecond: number
  bytesOutPerSecond: number
  /** Those of users, by their leaders. */
  partitions: number
  connections: number
}

/** A cluster at its quotas has so many, three in each zone. */
const brokersMax = 9

/** Brokers join before the others are full, when it was so for some minutes: none come for a peak that is over. */
const fullShare = 0.8
const fullMinutes = 3
/** They leave when the others would be far from full, and would have been for a while: load that comes and goes moves nothing. */
const spareShare = 0.6
export const spareMinutes = 15

/**
 * How many brokers shall stand behind a serverless cluster that has `current` now, by the last minutes' loads, the newest
 * last. A broker a zone comes or goes at a time; several, where so much has come. Pure.
 */
export function wantedBrokers(minutes: readonly Load[], current: number): number {
  const needs = minutes.map(brokersFor)
  const rising = needs.slice(-fullMinutes)
  if (rising.length === fullMinutes && Math.min(...rising) > fullShare * current) {
    const larger = sizes.filter((size) => size > current)
    return larger.find((size) => Math.max(...rising) <= fullShare * size) ?? larger.at(-1) ?? current
  }
  const smaller = current - serverlessZones
  const lately = needs.slice(-spareMinutes)
  const isSpare = lately.length === spareMinutes && Math.max(...lately) <= spareShare * smaller
  return smaller >= serverlessZones && isSpare ? smaller : current
}

const sizes = Array.from({ length: brokersMax / serverlessZones }, (_, at) => (at + 1) * serverlessZones)

/** How many of them such a load fills: as much of all as it is of the quota that it comes nearest to. */
function brokersFor({ bytesInPerSecond, bytesOutPerSecond, partitions, connections }: Load): number {
  const { compacted, others } = serverlessLimits.partitionsMax
  return (
    brokersMax *
    Math.max(
      bytesInPerSecond / serverlessLimits.bytesInPerSecond,
      bytesOutPerSecond / serverlessLimits.bytesOutPerSecond,
      partitions / (compacted + others),
      connections / serverlessLimits.connectionsMax,
    )
  )
}

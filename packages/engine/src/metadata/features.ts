/** A range of levels that this release of ours can work at. */
interface FeatureRange {
  name: string
  minSupportedVersion: number
  maxSupportedVersion: number
}

export const metadataVersionFeature = 'metadata.version'
export const kraftVersionFeature = 'kraft.version'
/** Above 0 the log of transactions has tagged fields; from 2 on ends of transactions raise the epoch (KIP-890). */
export const transactionVersionFeature = 'transaction.version'
/** From 1 on there are groups of the consumer protocol (KIP-848). */
export const groupVersionFeature = 'group.version'
/** KIP-966. */
export const eligibleLeaderReplicasFeature = 'eligible.leader.replicas.version'

/** 4.4-IV2, the newest stable level of the release that we follow; it decides which record versions are written. */
const metadataVersionLevel = 33

/**
 * What every broker and the controller support. metadata.version has one level because older ones write older
 * record versions, which we do not. A feature enters this list with the code that serves it.
 */
export const supportedFeatures: readonly FeatureRange[] = [
  { name: kraftVersionFeature, minSupportedVersion: 0, maxSupportedVersion: 0 },
  {
    name: metadataVersionFeature,
    minSupportedVersion: metadataVersionLevel,
    maxSupportedVersion: metadataVersionLevel,
  },
  { name: transactionVersionFeature, minSupportedVersion: 0, maxSupportedVersion: 2 },
  { name: eligibleLeaderReplicasFeature, minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: groupVersionFeature, minSupportedVersion: 0, maxSupportedVersion: 1 },
]

/** The levels of a new cluster, metadata.version first: nothing may stand before it in a log. */
export const bootstrapFeatures: readonly { name: string; level: number }[] = [
  { name: metadataVersionFeature, level: metadataVersionLevel },
  { name: eligibleLeaderReplicasFeature, level: 1 },
  { name: groupVersionFeature, level: 1 },
  { name: transactionVersionFeature, level: 2 },
]

/** Record versions that metadata.version 33 writes; all others are 0. */
export const recordVersions = { registerBroker: 4, partition: 2, partitionChange: 2 } as const

import { groupVersionFeature } from '../metadata/features.ts'
import type { BrokerServices } from './services.ts'

/** Whether the cluster has groups of the consumer protocol, and this broker serves them. */
export function servesConsumerGroups({ metadata, groups }: BrokerServices): boolean {
  return (metadata.features.get(groupVersionFeature) ?? 0) > 0 && groups.servesConsumerGroups
}

import { Command } from 'commander'
import type { ClusterInfo } from './msk-api.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat } from './output.ts'

/* What the verbs about clusters have in common. */

export interface Flags {
  dataDir: string
  output: OutputFormat
}

export const clusterColumns = {
  NAME: ({ clusterName }: ClusterInfo) => clusterName,
  STATE: ({ state }: ClusterInfo) => state,
  BROKERS: ({ numberOfBrokerNodes }: ClusterInfo) => numberOfBrokerNodes,
  KAFKA: ({ currentBrokerSoftwareInfo: software }: ClusterInfo) => software?.kafkaVersion,
  TYPE: ({ brokerNodeGroupInfo: group, clusterType }: ClusterInfo) =>
    clusterType === 'SERVERLESS' ? 'serverless' : group?.instanceType,
  'VOLUME GiB': ({ brokerNodeGroupInfo: group }: ClusterInfo) =>
    group?.storageInfo?.ebsStorageInfo?.volumeSize,
  ARN: ({ clusterArn }: ClusterInfo) => clusterArn,
}
export const describedColumns = {
  ...clusterColumns,
  NOTE: ({ stateInfo }: ClusterInfo) => stateInfo?.message,
}

export function verb(name: string, description: string): Command {
  return new Command(name).description(description).addOption(formatOption()).addOption(dataDirOption())
}

export function named(name: string, description: string): Command {
  return verb(name, description).argument('<name>', 'the cluster')
}

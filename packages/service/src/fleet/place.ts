import type { Random } from '@sluice/effects'

/** Where the fleet is, in AWS's terms: what every ARN begins with. */
export interface Place {
  partition: string
  region: string
  account: string
}

/** Of a data directory, until somebody needs another. */
export const accountId = '000000000000'
export const defaultRegion = 'us-east-1'

/** The ARN of a new thing of Kafka's, and its last part, `<uuid>-<n>`. */
export function newResource(
  { partition, region, account }: Place,
  random: Random,
  type: 'cluster' | 'configuration' | 'vpc-connection' | 'replicator' | 'channel',
  name: string,
  /** Before the number: serverless clusters are told by it. */
  mark: '' | 's' = '',
): { arn: string; uuid: string } {
  const uuid = `${random.uuid()}-${mark}${1 + random.int(25)}`
  return { arn: `arn:${partition}:kafka:${region}:${account}:${type}/${name}/${uuid}`, uuid }
}

/** By the end of its ARN, `…/<uuid>-s<n>`: that of a provisioned cluster is `…/<uuid>-<n>`. */
export function isServerlessArn(clusterArn: string): boolean {
  return /-s\d+$/.test(clusterArn)
}

/** AWS's partitions by the region's name. */
export function placeOf(region: string, account: string): Place {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  return { partition, region, account }
}

/** MSK's opaque versions: `K3AEGXETSR30VB`. */
export function newVersion(random: Random): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  return `K${Array.from({ length: 13 }, () => letters.charAt(random.int(letters.length))).join('')}`
}

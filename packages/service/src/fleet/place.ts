/** Where the fleet is, in AWS's terms: what every ARN begins with. */
export interface Place {
  partition: string
  region: string
  account: string
}

/** AWS's partitions by the region's name. */
export function placeOf(region: string, account: string): Place {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  return { partition, region, account }
}

import { join } from 'node:path'
import type { Clock, Disk, Logger, Random } from '@sluice/effects'
import { newResource, type Place } from '../place.ts'
import { Resources } from '../resources.ts'

/** One connection of a VPC with a cluster, as it is kept in `<data>/vpc-connections/<uuid>.json`. */
export interface VpcConnectionRecord {
  formatVersion: 1
  /** `…:vpc-connection/<account of the cluster>/<name of the cluster>/<uuid>`. */
  arn: string
  uuid: string
  /** The cluster's. */
  name: string
  createdAtMs: number
  state: 'CREATING' | 'AVAILABLE' | 'DEACTIVATING' | 'INACTIVE' | 'REJECTING' | 'REJECTED' | 'DELETING'
  clusterArn: string
  /** How its clients authenticate. */
  authentication: string
  vpcId: string
  subnets: string[]
  securityGroups: string[]
  tags: Record<string, string>
}

interface VpcConnectionsOptions {
  dataDirectory: string
  disk: Disk
  logger: Logger
  clock: Clock
  random: Random
  place: Place
  /** Does its cluster take clients that come so? */
  isOpen: (record: VpcConnectionRecord) => boolean
}

/**
 * The connections of VPCs with clusters. They are kept and have MSK's states; there are no VPCs here, and clients reach
 * brokers without them.
 */
export class VpcConnections extends Resources<VpcConnectionRecord> {
  readonly #options: VpcConnectionsOptions

  constructor(options: VpcConnectionsOptions) {
    super({
      ...options,
      directory: join(options.dataDirectory, 'vpc-connections'),
      noun: 'vpc-connection',
      fileOf: (uuid) => `${uuid}.json`,
      formatVersion: 1,
      members: ['state', 'clusterArn', 'tags'],
      loss: 'the connection is then unknown',
      next: (record) => nextState(record, options.isOpen(record)),
    })
    this.#options = options
  }

  /** Durable when it returns. */
  create(
    cluster: { arn: string; name: string },
    wanted: Pick<VpcConnectionRecord, 'authentication' | 'vpcId' | 'subnets' | 'securityGroups' | 'tags'>,
  ): VpcConnectionRecord {
    const { place, random, clock } = this.#options
    return this.insert({
      formatVersion: 1,
      ...newResource(place, random, 'vpc-connection', `${place.account}/${cluster.name}`),
      name: cluster.name,
      createdAtMs: clock.now(),
      state: 'CREATING',
      clusterArn: cluster.arn,
      ...wanted,
    })
  }
}

/** What the owner of the cluster turns off deactivates the connections that come so (MSK Developer Guide, "Multi-VPC private connectivity"). */
function nextState(
  { state }: VpcConnectionRecord,
  isOpen: boolean,
): VpcConnectionRecord['state'] | 'GONE' | null {
  switch (state) {
    case 'CREATING':
      return 'AVAILABLE'
    case 'AVAILABLE':
      return isOpen ? null : 'DEACTIVATING'
    case 'DEACTIVATING':
      return 'INACTIVE'
    case 'INACTIVE':
      return isOpen ? 'AVAILABLE' : null
    case 'REJECTING':
      return 'REJECTED'
    case 'REJECTED':
      return null
    case 'DELETING':
      return 'GONE'
  }
}

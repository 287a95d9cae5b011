import type { Clock, Random } from '@sluice/effects'
import type { Fleet } from '../fleet/fleet.ts'
import type { Streams } from '../streams/streams.ts'
import { autoScalingService } from './auto-scaling/service.ts'
import { cloudWatchService } from './cloudwatch/service.ts'
import { kinesisService } from './kinesis/service.ts'
import { logsService } from './logs/service.ts'
import { mskService } from './msk/service.ts'
import { secretsService } from './secrets/service.ts'
import type { AwsService } from './service.ts'
import { stsService } from './sts/service.ts'

interface Clocks {
  clock: Clock
  /** Whose time of day streams have, if it is another one. */
  streamClock?: Clock
}

/** Every AWS service that the endpoint serves. */
export function awsServices(
  fleet: Pick<
    Fleet,
    | 'channels'
    | 'clusters'
    | 'identities'
    | 'logs'
    | 'monitoring'
    | 'replicators'
    | 'secrets'
    | 'storageScaling'
    | 'vpcConnections'
  >,
  { clock, streamClock = clock, random, streams }: Clocks & { random: Random; streams: Streams },
): AwsService[] {
  const {
    channels,
    clusters,
    identities,
    logs,
    monitoring,
    replicators,
    secrets,
    storageScaling,
    vpcConnections,
  } = fleet
  const { configurations } = clusters
  return [
    mskService({
      channels,
      clusters,
      configurations,
      logGroups: logs.groups,
      replicators,
      secrets,
      vpcConnections,
    }),
    autoScalingService({ clusters, storageScaling }),
    cloudWatchService({ monitoring, clock }),
    kinesisService({ streams, clock: streamClock, random }),
    logsService({ logGroups: logs.groups, clock }),
    secretsService({ secrets, clock, random }),
    stsService({ identities, clock, random }),
  ]
}

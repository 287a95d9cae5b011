import { MemoryNetwork, silentLogger, systemEffects } from '@sluice/effects'
import { embeddedEngine } from '../../fleet/engines/embedded.ts'
import { LogGroups } from '../../fleet/logs/log-groups.ts'
import { placeOf } from '../../fleet/place.ts'
import { testIdentities } from '../../iam/testing/identities.ts'
import { Streams } from '../streams.ts'

/** Those of a data directory, on the disk of this machine. */
export function openStreams(directory: string): Streams {
  const effects = { ...systemEffects(), logger: silentLogger }
  const network = new MemoryNetwork()
  const place = placeOf('us-east-1', '000000000000')
  const streams = new Streams({
    ...effects,
    dataDirectory: directory,
    place,
    logGroups: new LogGroups({ ...effects, dataDirectory: directory, place }),
    engine: embeddedEngine({ ...effects, network }),
    network,
    identities: testIdentities({ ownerKey: { accessKeyId: 'A', secretAccessKey: 'B' } }),
    isLimited: false,
  })
  streams.start()
  return streams
}

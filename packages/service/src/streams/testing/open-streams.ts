import { MemoryNetwork, silentLogger, systemEffects } from '@sluice/effects'
import { embeddedEngine } from '../../fleet/engines/embedded.ts'
import { placeOf } from '../../fleet/place.ts'
import { testIdentities } from '../../iam/testing/identities.ts'
import { Streams } from '../streams.ts'

/** Those of a data directory, on the disk of this machine. */
export function openStreams(directory: string): Streams {
  const effects = { ...systemEffects(), logger: silentLogger }
  const network = new MemoryNetwork()
  const streams = new Streams({
    ...effects,
    dataDirectory: directory,
    place: placeOf('us-east-1', '000000000000'),
    engine: embeddedEngine({ ...effects, network }),
    network,
    identities: testIdentities({ ownerKey: { accessKeyId: 'A', secretAccessKey: 'B' } }),
    isLimited: false,
  })
  streams.start()
  return streams
}

import { BrokerConfig } from './metadata/configs.ts'
import { MetadataImage } from './metadata/image.ts'
import type { NodeEffects } from './node.ts'
import { loginsOf } from './server/authentication/listener-login.ts'
import type { ListenerKind } from './server/listeners.ts'
import { RefusalLog } from './server/refusal-log.ts'

/**
 * Why a broker with these static properties would not start for how clients log in at a listener, as a sentence without its
 * full stop; null where it would.
 */
export function loginProblem(
  listener: ListenerKind,
  properties: Readonly<Record<string, string>>,
  effects: Pick<NodeEffects, 'clock' | 'disk' | 'logger' | 'random' | 'urls'>,
): string | null {
  const metadata = new MetadataImage()
  const config = new BrokerConfig({ image: metadata, nodeId: 0, staticProperties: properties })
  const parts = { ...effects, config, metadata, mechanisms: {}, refusals: new RefusalLog(effects) }
  try {
    loginsOf({ ...listener, host: '', port: 0 }, parts)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

import { alterConfigs, type Connection } from '@sluice/client'
import { ConfigResourceType } from '@sluice/wire'

/** Never set here: only the change counts. */
const unset = 'listener.name.client_secure.ssl.keystore.location'

/**
 * Apache Kafka reads key and trust stores anew that have changed on disk when its own dynamic configs are altered, though
 * to what they were (KAFKA-14136): taking away what nobody has set leaves nothing behind.
 */
export function reloadFiles(connection: Connection, brokerId: number): Promise<void> {
  return alterConfigs(connection, ConfigResourceType.broker, String(brokerId), { [unset]: null })
}

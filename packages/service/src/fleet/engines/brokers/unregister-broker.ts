import { type Connection, throwOnError } from '@sluice/client'
import { ErrorCode, UnregisterBroker } from '@sluice/wire'

/** The cluster forgets a broker that has left it. May be called again. */
export async function unregisterBroker(connection: Connection, brokerId: number): Promise<void> {
  const { errorCode, errorMessage } = await connection.request(UnregisterBroker, { brokerId })
  // Asked for again, or it never got as far as to register.
  if (errorCode !== ErrorCode.BROKER_ID_NOT_REGISTERED) throwOnError(errorCode, errorMessage)
}

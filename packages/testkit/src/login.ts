import { pbkdf2Sync } from 'node:crypto'
import { type Connection, throwOnError } from '@sluice/client'
import type { Random } from '@sluice/effects'
import { AlterUserScramCredentials } from '@sluice/wire'

export type Auth = 'plain' | 'scram'

/** The one user of a server where clients have to log in. */
export const user = { username: 'test', password: 'test-secret' }

/** SCRAM-SHA-256, as requests have it (KIP-554), with as few iterations as Kafka takes. */
const scram = { id: 1, hash: 'sha256', bytes: 32, iterations: 4096 }
const saltBytes = 16

/** What brokers have to know of the ways to log in. */
export function loginProperties(auth: Auth | undefined): Record<string, string> {
  if (auth === undefined) return {}
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'
  return {
    'sasl.enabled.mechanisms': auth === 'plain' ? 'PLAIN' : 'SCRAM-SHA-256',
    ...(auth === 'plain' && {
      'listener.name.client.plain.sasl.jaas.config': `${module} required user_${user.username}="${user.password}";`,
    }),
    // The next try of a test that means to be refused need not wait.
    'connection.failed.authentication.delay.ms': '0',
  }
}

/** Those of SCRAM are in the metadata. */
export async function createUser(connection: Connection, random: Random): Promise<void> {
  const { id: mechanism, hash, bytes, iterations } = scram
  const salt = random.bytes(saltBytes)
  const saltedPassword = pbkdf2Sync(user.password, salt, iterations, bytes, hash)
  const { results } = await connection.request(AlterUserScramCredentials, {
    deletions: [],
    upsertions: [{ name: user.username, mechanism, iterations, salt, saltedPassword }],
  })
  for (const { errorCode, errorMessage } of results) throwOnError(errorCode, errorMessage)
}

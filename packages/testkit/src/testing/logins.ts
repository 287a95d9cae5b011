import { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js'
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import type { KafkaServer } from '../index.ts'

/* How tests log in at the brokers of a server. */

/** What kafkajs finds there at its first attempt; rejects where it is not let in. */
export async function topicsOf(config: KafkaConfig): Promise<string[]> {
  const admin = new Kafka({ ...config, retry: { retries: 0 }, logLevel: logLevel.NOTHING }).admin()
  try {
    await admin.connect()
    return await admin.listTopics()
  } finally {
    await admin.disconnect()
  }
}

type Keys = KafkaServer['aws']['credentials']

/** A login by tokens of AWS's own signer for MSK, made with these keys. */
export function signedWith(region: string, keys: Keys) {
  return {
    mechanism: 'oauthbearer' as const,
    oauthBearerProvider: async () => {
      const awsCredentialsProvider = () => Promise.resolve(keys)
      const { token } = await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider })
      return { value: token }
    },
  }
}

import { pbkdf2Sync } from 'node:crypto'
import { type Connection, throwOnError } from '@sluice/client'
import type { Random } from '@sluice/effects'
import type { SaslMechanism } from '@sluice/engine'
import { AlterUserScramCredentials } from '@sluice/wire'
import type { Companion } from 'sluice'
import type { KafkaServerOptions } from './api.ts'
import { clientListener, type ClientProtocol } from './nodes.ts'
import { outsideHost } from './world.ts'

/** The one user of a server where clients have to log in. */
export const user = { username: 'test', password: 'test-secret' }

/** SCRAM-SHA-256, as requests have it (KIP-554), with as few iterations as Kafka takes. */
const scram = { id: 1, hash: 'sha256', bytes: 32, iterations: 4096 }
const saltBytes = 16

/** Who clients have to be, as brokers and clients have to know it. */
export interface Login {
  readonly auth: KafkaServerOptions['auth']
  readonly protocol: ClientProtocol
  /** Of brokers. */
  readonly properties: Readonly<Record<string, string>>
  /** Those that the engine does not know. */
  readonly mechanisms: readonly SaslMechanism[]
  /** PEM. */
  readonly certificates: {
    readonly authority: string
    readonly key: string
    readonly certificate: string
  } | null
  /** Of OAUTHBEARER. */
  readonly token: () => string
}

export const openLogin: Login = {
  auth: undefined,
  protocol: 'PLAINTEXT',
  properties: {},
  mechanisms: [],
  certificates: null,
  token: () => '',
}

export async function loginOf(auth: Login['auth'], companion: Companion | null): Promise<Login> {
  // The next try of a test that means to be refused need not wait.
  const atOnce = { 'connection.failed.authentication.delay.ms': '0' }
  const byPassword = { ...openLogin, auth, protocol: 'SASL_PLAINTEXT' as const }
  if (auth === 'plain') {
    const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'
    const jaas = `${module} required user_${user.username}="${user.password}";`
    const own = { [`${prefix}plain.sasl.jaas.config`]: jaas, 'sasl.enabled.mechanisms': 'PLAIN' }
    return { ...byPassword, properties: { ...own, ...atOnce } }
  }
  if (auth === 'scram')
    return { ...byPassword, properties: { 'sasl.enabled.mechanisms': 'SCRAM-SHA-256', ...atOnce } }
  if (auth === 'iam' && companion)
    return {
      ...byPassword,
      properties: { 'sasl.enabled.mechanisms': 'AWS_MSK_IAM,OAUTHBEARER', ...atOnce },
      mechanisms: companion.iamMechanisms(outsideHost),
      token: () => companion.iamToken(),
    }
  return auth === 'mtls' && companion ? loginByCertificate(companion) : openLogin
}

const prefix = `listener.name.${clientListener.toLowerCase()}.`

async function loginByCertificate(companion: Companion): Promise<Login> {
  const { authority, server, client } = await companion.certificates(
    [outsideHost, 'localhost'],
    `CN=${user.username}`,
  )
  return {
    ...openLogin,
    auth: 'mtls',
    protocol: 'SSL',
    certificates: { authority, ...client },
    properties: {
      [`${prefix}ssl.keystore.type`]: 'PEM',
      [`${prefix}ssl.keystore.key`]: server,
      [`${prefix}ssl.keystore.certificate.chain`]: server,
      [`${prefix}ssl.truststore.type`]: 'PEM',
      [`${prefix}ssl.truststore.certificates`]: authority,
      [`${prefix}ssl.client.auth`]: 'required',
    },
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

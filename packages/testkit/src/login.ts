import { pbkdf2Sync } from 'node:crypto'
import { type Connection, throwOnError } from '@sluice/client'
import { assert, type Random } from '@sluice/effects'
import type { SaslMechanism } from '@sluice/engine'
import { AlterUserScramCredentials } from '@sluice/wire'
import type { Companion } from 'sluice'
import type { KafkaServerOptions } from './api.ts'
import { clientListener, type ClientProtocol } from './nodes.ts'
import { outsideHost } from './world.ts'

/** The one user of a server where clients have to log in. */
export const user = { username: 'test', password: 'test-secret' }

/** As requests have them (KIP-554). */
const scramHashes = {
  'SCRAM-SHA-256': { id: 1, hash: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { id: 2, hash: 'sha512', bytes: 64 },
}
type ScramMechanism = keyof typeof scramHashes
/** As few as Kafka takes. */
const iterations = 4096
const saltBytes = 16

type Auth = NonNullable<KafkaServerOptions['auth']>

/** Who clients have to be, as brokers and clients have to know it. */
export interface Login {
  readonly auth: KafkaServerOptions['auth']
  readonly protocol: ClientProtocol
  /** Of brokers. */
  readonly properties: Readonly<Record<string, string>>
  /** Those that the engine does not know. */
  readonly mechanisms: readonly SaslMechanism[]
  /** Whom clients believe that a broker is one, where they speak TLS. PEM. */
  readonly authority: string | null
  /** What a client shows, where it has to. PEM. */
  readonly client: { readonly key: string; readonly certificate: string } | null
  /** What the user's password is salted for, where that is in the metadata. */
  readonly scram: ScramMechanism | null
  /** Of OAUTHBEARER. */
  readonly token: () => string
}

export const openLogin: Login = {
  auth: undefined,
  protocol: 'PLAINTEXT',
  properties: {},
  mechanisms: [],
  authority: null,
  client: null,
  scram: null,
  token: () => '',
}

/** With `msk` as MSK has it: whoever logs in speaks TLS, and SCRAM is that of 512 bits. */
export async function loginOf(
  { auth, msk = false }: KafkaServerOptions,
  companion: Companion | null,
): Promise<Login> {
  if (auth === undefined) return openLogin
  const login = { ...openLogin, auth, ...ownOf(auth, msk, companion) }
  if (!companion || (auth !== 'mtls' && !msk)) return login
  return overTls(login, companion)
}

/** The next try of a test that means to be refused need not wait. */
const atOnce = { 'connection.failed.authentication.delay.ms': '0' }

function ownOf(auth: Auth, msk: boolean, companion: Companion | null): Partial<Login> {
  if (auth === 'mtls') return {}
  const protocol = 'SASL_PLAINTEXT'
  if (auth === 'plain') {
    const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'
    const jaas = `${module} required user_${user.username}="${user.password}";`
    const own = { [`${prefix}plain.sasl.jaas.config`]: jaas, 'sasl.enabled.mechanisms': 'PLAIN' }
    return { protocol, properties: { ...own, ...atOnce } }
  }
  if (auth === 'scram') {
    const scram = msk ? 'SCRAM-SHA-512' : 'SCRAM-SHA-256'
    return { protocol, scram, properties: { 'sasl.enabled.mechanisms': scram, ...atOnce } }
  }
  assert(companion, 'logins by IAM have their companion')
  return {
    protocol,
    properties: { 'sasl.enabled.mechanisms': 'AWS_MSK_IAM,OAUTHBEARER', ...atOnce },
    mechanisms: companion.iamMechanisms(outsideHost),
    token: () => companion.iamToken(),
  }
}

const prefix = `listener.name.${clientListener.toLowerCase()}.`

async function overTls(login: Login, companion: Companion): Promise<Login> {
  const hosts = [outsideHost, 'localhost']
  const { authority, server, client } = await companion.certificates(hosts, `CN=${user.username}`)
  const shown = login.auth === 'mtls'
  return {
    ...login,
    protocol: shown ? 'SSL' : 'SASL_SSL',
    authority,
    client: shown ? client : null,
    properties: {
      ...login.properties,
      [`${prefix}ssl.keystore.type`]: 'PEM',
      [`${prefix}ssl.keystore.key`]: server,
      [`${prefix}ssl.keystore.certificate.chain`]: server,
      ...(shown && {
        [`${prefix}ssl.truststore.type`]: 'PEM',
        [`${prefix}ssl.truststore.certificates`]: authority,
        [`${prefix}ssl.client.auth`]: 'required',
      }),
    },
  }
}

/** Those of SCRAM are in the metadata. */
export async function createUser(
  connection: Connection,
  scram: ScramMechanism,
  random: Random,
): Promise<void> {
  const { id: mechanism, hash, bytes } = scramHashes[scram]
  const salt = random.bytes(saltBytes)
  const saltedPassword = pbkdf2Sync(user.password, salt, iterations, bytes, hash)
  const { results } = await connection.request(AlterUserScramCredentials, {
    deletions: [],
    upsertions: [{ name: user.username, mechanism, iterations, salt, saltedPassword }],
  })
  for (const { errorCode, errorMessage } of results) throwOnError(errorCode, errorMessage)
}

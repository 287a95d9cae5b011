import { readFileSync } from 'node:fs'
import { type Address, Brokers, type ClientLogin, plainLogin, type Route, scramLogin } from '@sluice/client'
import {
  type ConnectOptions,
  type Network,
  systemAuthorities,
  systemClock,
  systemNetwork,
  systemRandom,
} from '@sluice/effects'
import type { ClientListenerName } from '../../fleet/engines/engine.ts'
import { codeOf, OperatingError } from '../../fleet/operating-error.ts'
import { iamLogin } from '../../iam-client-login.ts'
import type { ClusterReport, StatusReport } from '../../status-report.ts'
import { UsageError } from '../../usage-error.ts'
import { ownCommand } from '../advice.ts'
import { chosenCluster } from '../environment.ts'
import { askStatus, scramVariables } from '../running-service.ts'
import { localNetwork } from './local-network.ts'
import { refusalOf } from './refusal.ts'
import type { KafkaFlags, ListenerLogin } from './options.ts'

const clientId = 'sluice-cli'
/** A broker may take this long for one answer: longer than any of them waits for anything. */
const requestTimeoutMs = 60_000

/** A cluster whose brokers were found, for one verb. */
export interface KafkaAccess extends Route {
  readonly brokers: Brokers
}

/**
 * Finds the brokers that the flags mean, uses them and leaves. `what` says in a sentence what does not come of it if that
 * fails.
 */
export async function withKafka<Answer>(
  flags: KafkaFlags,
  what: string,
  use: (kafka: KafkaAccess) => Promise<Answer>,
): Promise<Answer> {
  const { addresses, network = systemNetwork(), ...way } = await wayTo(flags)
  const brokers = new Brokers({
    ...way,
    ...{ bootstrap: addresses, clientId, requestTimeoutMs },
    network,
    clock: systemClock(),
  })
  try {
    await brokers.any()
    return await use({ brokers, clock: systemClock() })
  } catch (error) {
    throw refusalOf(what, error, addresses)
  } finally {
    await brokers.close()
  }
}

interface Way {
  addresses: Address[]
  network?: Network
  tls?: ConnectOptions['tls']
  login?: ClientLogin
}

async function wayTo(flags: KafkaFlags): Promise<Way> {
  if (flags.bootstrap === undefined) return wayToOwn(flags)
  const tls = tlsOf(flags)
  const login = loginOf(flags)
  return { addresses: addressesOf(flags.bootstrap), ...(tls && { tls }), ...(login && { login }) }
}

function addressesOf(bootstrap: string): Address[] {
  return bootstrap.split(',').map((text) => {
    const parts = /^\s*(?<host>[^\s:]+|\[[0-9a-fA-F:]+\]):(?<port>\d{1,5})\s*$/.exec(text)?.groups
    if (!parts) throw new UsageError(`--bootstrap takes host:port,…, and got ${JSON.stringify(bootstrap)}.`)
    return { host: (parts['host'] ?? '').replace(/^\[|\]$/g, ''), port: Number(parts['port']) }
  })
}

function tlsOf({ tls, tlsCa, tlsCert, tlsKey }: KafkaFlags): ConnectOptions['tls'] | undefined {
  if (!tls) return undefined
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageError('--tls-cert and --tls-key go together.')
  return {
    authorities: tlsCa === undefined ? systemAuthorities() : textOf('--tls-ca', tlsCa),
    ...(tlsCert !== undefined && { certificates: textOf('--tls-cert', tlsCert) }),
    ...(tlsKey !== undefined && { key: textOf('--tls-key', tlsKey) }),
  }
}

function textOf(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new OperatingError(`${path} cannot be read.`, {
      code: codeOf(error) ?? 'UNREADABLE',
      why: (error as Error).message,
      next: `Give ${flag} the path of a PEM file.`,
    })
  }
}

function loginOf({ sasl, user, password, region }: KafkaFlags): ClientLogin | undefined {
  if (sasl === undefined) {
    if (user !== undefined) throw new UsageError('--user needs --sasl, such as --sasl SCRAM-SHA-512.')
    return undefined
  }
  if (sasl === 'AWS_MSK_IAM') return iamLoginOf(region)
  if (user === undefined || password === undefined)
    throw new UsageError(`--sasl ${sasl} needs --user and --password (or SLUICE_PASSWORD).`)
  if (sasl === 'PLAIN') return plainLogin(user, password)
  return scramLogin({ mechanism: sasl, user, password, random: systemRandom() })
}

function iamLoginOf(region: string | undefined): ClientLogin {
  const accessKeyId = process.env['AWS_ACCESS_KEY_ID']
  const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY']
  const sessionToken = process.env['AWS_SESSION_TOKEN']
  const place = region ?? process.env['AWS_DEFAULT_REGION']
  if (!accessKeyId || !secretAccessKey)
    throw new UsageError('--sasl AWS_MSK_IAM needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.')
  if (!place) throw new UsageError('--sasl AWS_MSK_IAM needs --region or AWS_REGION.')
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  return iamLogin(credentials, place, systemClock())
}

const listenerOf: Readonly<Record<ListenerLogin, ClientListenerName>> = {
  plaintext: 'CLIENT',
  tls: 'CLIENT_SECURE',
  iam: 'CLIENT_IAM',
  scram: 'CLIENT_SASL_SCRAM',
}

/** Of the service on the data directory: by the first of its listeners that needs nothing which is not there. */
async function wayToOwn(flags: KafkaFlags): Promise<Way> {
  const { report, accessKey } = await askStatus(flags.dataDir)
  const cluster = chosenCluster(report, flags.cluster) ?? unnamed(report, flags.dataDir)
  const { listeners } = cluster
  const has = (login: ListenerLogin) => listeners[listenerOf[login]] !== undefined
  const login =
    flags.login ?? (Object.keys(listenerOf) as ListenerLogin[]).find((one) => has(one)) ?? 'plaintext'
  const addresses = listeners[listenerOf[login]]
  if (addresses === undefined) throw withoutListener(cluster, login)
  const way = { addresses: addressesOf(addresses), network: localNetwork(systemNetwork(), cluster) }
  if (login === 'plaintext') return way
  const tls = { authorities: textOf('--tls-ca', report.trust?.caFile ?? '') }
  if (login === 'tls') return { ...way, tls }
  if (login === 'iam') return { ...way, tls, login: iamLogin(accessKey, report.region, systemClock()) }
  const { SCRAM_USERNAME: user, SCRAM_PASSWORD: password } = await scramVariables(report, accessKey, cluster)
  if (user === undefined || password === undefined) throw withoutListener(cluster, login)
  return {
    ...way,
    tls,
    login: scramLogin({ mechanism: 'SCRAM-SHA-512', user, password, random: systemRandom() }),
  }
}

function unnamed(report: StatusReport, dataDir: string): never {
  const names = report.clusters.map(({ name }) => name)
  if (names.length > 0) throw new UsageError(`Name one of the clusters with --cluster: ${names.join(', ')}.`)
  throw new OperatingError('There is no cluster.', {
    code: 'NO_CLUSTER',
    why: 'The service has none.',
    next: ownCommand('cluster create orders', dataDir),
  })
}

function withoutListener({ name, listeners, state }: ClusterReport, login: ListenerLogin): OperatingError {
  const ways = Object.entries(listenerOf).flatMap(([way, listener]) => (listeners[listener] ? [way] : []))
  return new OperatingError(`The cluster "${name}" cannot be reached by ${login}.`, {
    code: 'NO_SUCH_LISTENER',
    why:
      ways.length > 0
        ? `It is reached by ${ways.join(', ')}.`
        : `It is ${state}, and no listener of it runs.`,
    next: ways.length > 0 ? `Try --login ${ways[0]}.` : 'Wait until it is ACTIVE.',
  })
}

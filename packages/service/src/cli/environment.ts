import type { ClientListenerName } from '../fleet/engines/engine.ts'
import type { AccessKey } from '../credentials.ts'
import type { ClusterReport, StatusReport } from '../status-report.ts'
import { services } from './aws-profile.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'

/** The cluster that `--cluster` names; without it the default one, or the only one. */
export function chosenCluster(report: StatusReport, name: string | undefined): ClusterReport | undefined {
  if (name !== undefined) {
    const named = report.clusters.find((cluster) => cluster.name === name)
    if (named && Object.keys(named.listeners).length === 0) throw unreachable(named)
    if (named) return named
    const known = report.clusters.map((cluster) => cluster.name).join(', ') || 'none'
    throw new UsageError(`There is no cluster "${name}". Clusters here: ${known}.`)
  }
  const byDefault = report.clusters.find((cluster) => cluster.name === report.defaultCluster)
  return byDefault ?? (report.clusters.length === 1 ? report.clusters[0] : undefined)
}

function unreachable({ name, state, stateInfo }: ClusterReport): OperatingError {
  return new OperatingError(`The cluster "${name}" has no bootstrap servers.`, {
    code: state,
    why: `It is ${state}${stateInfo === null ? '.' : `: ${stateInfo}`}`,
    next: state === 'FAILED' ? 'Delete it, or remove the cause and start again.' : 'Wait until it is ACTIVE.',
  })
}

const serversVariables: Readonly<Record<string, string>> = {
  CLIENT: 'BOOTSTRAP_SERVERS',
  CLIENT_SECURE: 'BOOTSTRAP_SERVERS_TLS',
  CLIENT_SASL_SCRAM: 'BOOTSTRAP_SERVERS_SCRAM',
  CLIENT_IAM: 'BOOTSTRAP_SERVERS_IAM',
} satisfies Partial<Record<ClientListenerName, string>>

/** Of one cluster: what another one, or this one before an update, has left is wrong now. */
const clusterVariables = [
  ...Object.values(serversVariables),
  'SCRAM_USERNAME',
  'SCRAM_PASSWORD',
  'CLUSTER_ARN',
]

function isEncrypted({ listeners }: ClusterReport): boolean {
  return Object.keys(listeners).some((name) => name !== 'CLIENT')
}

/** By which the usual runtimes trust the local authority without more ado. */
function trustVariables({ caFile, bundleFile, javaTruststore }: NonNullable<StatusReport['trust']>) {
  return {
    SLUICE_CA_FILE: caFile,
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: bundleFile,
    SLUICE_JAVA_TRUSTSTORE: javaTruststore,
  }
}

const endpointVariables = services.map((service) => `AWS_ENDPOINT_URL_${service.toUpperCase()}`)

/** The same with the AWS endpoint by TLS, on the same port. */
export function encrypted(report: StatusReport): StatusReport {
  return { ...report, endpoint: report.endpoint.replace(/^http:/, 'https:') }
}

/** The variables that the AWS tools and Kafka clients read; a profile has in it what the first ones tell. */
export function environmentOf(
  report: StatusReport,
  accessKey: AccessKey,
  cluster: ClusterReport | undefined,
  profile?: string,
): Record<string, string> {
  const values = {
    ...Object.fromEntries(endpointVariables.map((name) => [name, report.endpoint])),
    AWS_ACCESS_KEY_ID: accessKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: accessKey.secretAccessKey,
    AWS_REGION: report.region,
    AWS_DEFAULT_REGION: report.region,
  }
  const { trust } = report
  const byTls = report.endpoint.startsWith('https:')
  return {
    ...(profile === undefined ? values : { AWS_PROFILE: profile }),
    ...Object.fromEntries(
      Object.entries(cluster?.listeners ?? {}).map(([name, servers]) => [serversVariables[name], servers]),
    ),
    ...(trust && (byTls || (cluster && isEncrypted(cluster))) && trustVariables(trust)),
    ...(trust && byTls && { AWS_CA_BUNDLE: trust.bundleFile }),
    ...(cluster && { CLUSTER_ARN: cluster.arn }),
  }
}

/** The same and everything else, for programs. */
export function environmentJson(
  report: StatusReport,
  accessKey: AccessKey,
  cluster: ClusterReport | undefined,
): Record<string, unknown> {
  return {
    ...environmentOf(report, accessKey, cluster),
    unset: contrary,
    endpoint: report.endpoint,
    region: report.region,
    accountId: report.accountId,
    credentials: accessKey,
    clusters: report.clusters.map(({ name, arn, state, bootstrapServers, listeners }) => ({
      name,
      arn,
      state,
      bootstrapServers,
      listeners,
    })),
  }
}

/**
 * Variables that AWS's tools would heed before ours, or beside them to no good: credentials of another kind, profiles,
 * and what makes of an endpoint another one.
 */
const contrary = [
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
]
/** What a profile replaces: keys in the environment win over it. */
const direct = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  ...endpointVariables,
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
]
/** Those of the contrary that say nothing when they are empty; an empty profile would be one that is not found. */
const emptied = ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN']

/** `KEY=value` lines, as dotenv files and `docker run --env-file` have them: they can empty and not unset. */
export function dotenvLines(variables: Record<string, string>): string {
  const others = contrary.filter((name) => !emptied.includes(name))
  return lines([
    `# These would win where they are set: ${others.join(' ')}`,
    ...emptied.map((name) => `${name}=`),
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  ])
}

/** Lines for `eval "$(sluice env)"`. */
export function exportLines(variables: Record<string, string>): string {
  return lines([
    `unset ${[...contrary, ...direct, ...clusterVariables].filter((name) => !(name in variables)).join(' ')}`,
    ...Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  ])
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('')
}

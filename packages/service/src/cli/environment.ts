import type { AccessKey } from '../credentials.ts'
import type { ClusterReport, StatusReport } from '../status-report.ts'
import { UsageError } from '../usage-error.ts'

/** The cluster that `--cluster` names; without it the default one, or the only one. */
export function chosenCluster(report: StatusReport, name: string | undefined): ClusterReport | undefined {
  if (name !== undefined) {
    const named = report.clusters.find((cluster) => cluster.name === name)
    if (named) return named
    const known = report.clusters.map((cluster) => cluster.name).join(', ') || 'none'
    throw new UsageError(`There is no cluster "${name}". Clusters here: ${known}.`)
  }
  const byDefault = report.clusters.find((cluster) => cluster.name === report.defaultCluster)
  return byDefault ?? (report.clusters.length === 1 ? report.clusters[0] : undefined)
}

/** The variables that the AWS tools and Kafka clients read. */
export function environmentOf(
  report: StatusReport,
  accessKey: AccessKey,
  cluster: ClusterReport | undefined,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KAFKA: report.endpoint,
    AWS_ACCESS_KEY_ID: accessKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: accessKey.secretAccessKey,
    AWS_REGION: report.region,
    AWS_DEFAULT_REGION: report.region,
    ...(cluster && { BOOTSTRAP_SERVERS: cluster.bootstrapServers, CLUSTER_ARN: cluster.arn }),
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
    endpoint: report.endpoint,
    region: report.region,
    accountId: report.accountId,
    credentials: accessKey,
    clusters: report.clusters.map(({ name, arn, state, bootstrapServers }) => ({
      name,
      arn,
      state,
      bootstrapServers,
    })),
  }
}

/** `KEY=value` lines, as dotenv files and `docker run --env-file` have them. */
export function dotenvLines(variables: Record<string, string>): string {
  return lines(variables, (name, value) => `${name}=${value}`)
}

/** Lines for `eval "$(sluice env)"`. */
export function exportLines(variables: Record<string, string>): string {
  return lines(variables, (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
}

function lines(variables: Record<string, string>, line: (name: string, value: string) => string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('')
}

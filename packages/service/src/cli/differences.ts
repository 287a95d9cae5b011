import { hiddenValue, shownValue } from '../fleet/clusters/static-properties.ts'
import type { StatusReport } from '../status-report.ts'
import type { AdvertisedHosts } from './reach-options.ts'
import type { StartSettings } from './settings.ts'

/** What is asked for and is otherwise, in sentences; what nobody asks for may be as it is. */
export function differences(settings: StartSettings, report: StatusReport): string[] {
  const { apiPort, cluster, engine, hosting, region, host, advertised, acceptAnySignature } = settings
  const sentences: string[] = []
  const compare = <Setting extends string | number>(
    flag: string,
    asked: Setting | undefined,
    is: Setting,
  ) => {
    if (asked !== undefined && asked !== is) sentences.push(`${flag} ${asked} is asked for, and it is ${is}.`)
  }
  // Any free port is asked for with 0, and it has one.
  compare('--api-port', apiPort || undefined, report.local.port)
  compare('--region', region, report.region)
  compare('--engine', engine, report.engine)
  compare('--hosting', hosting, report.hosting)
  compare('--pace', settings.pace, report.pace)
  compare('--stream-limits', settings.streamLimits, report.streamLimits)
  compare('--host', host, report.reach.host)
  compare('--advertised-host', advertised && namesOf(advertised), namesOf(report.reach))
  if (acceptAnySignature && !report.acceptsAnySignature)
    sentences.push('--accept-any-signature is asked for, and it checks signatures.')
  if (cluster.kind !== 'none') sentences.push(...clusterDifferences(settings, report))
  return sentences
}

function namesOf({ advertisedHost, advertisedHosts }: AdvertisedHosts): string {
  const one = Object.entries(advertisedHosts).map(([listener, host]) => `${listener}=${host}`)
  return [...(advertisedHost === null ? [] : [advertisedHost]), ...one.toSorted()].join(' ') || '(not set)'
}

function clusterDifferences(
  { cluster, kafkaPort, properties }: StartSettings,
  report: StatusReport,
): string[] {
  const name = cluster.kind === 'named' ? cluster.name : report.defaultCluster
  const found = report.clusters.find((one) => one.name === name)
  if (!found) return cluster.kind === 'named' ? [`It has no cluster ${cluster.name}.`] : []
  const sentences: string[] = []
  const port = found.brokers[0]?.listeners.find((listener) => listener.name === 'CLIENT')?.port
  if (kafkaPort && port !== undefined && kafkaPort !== port)
    sentences.push(`--kafka-port ${kafkaPort} is asked for, and ${found.name} is on ${port}.`)
  for (const [key, value] of Object.entries(properties)) {
    const had = found.brokerProperties[key]
    // What a service shows to nobody, nobody can compare with what is asked for.
    if (had !== value && had !== hiddenValue)
      sentences.push(
        `--set ${key}=${shownValue(key, value)} is asked for, and ${found.name} was made with${had === undefined ? 'out it' : ` ${key}=${had}`}.`,
      )
  }
  return sentences
}

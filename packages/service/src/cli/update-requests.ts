import { UsageError } from '../usage-error.ts'
import { wholeNumber } from './options.ts'

/* The update operations of the MSK API as flags. */

export interface UpdateFlag {
  /** As the AWS CLI has it: `target-instance-type`. */
  flag: string
  /** By which commander knows it. */
  key: string
  /** Where it stands in the request: `configurationInfo.arn`. */
  member: string
  value: string
  help: string
  read: (text: string, flag: string) => unknown
}

/** One call of the API, without the version of the cluster. */
export interface UpdateRequest {
  operation: string
  method: 'PUT' | 'PATCH'
  /** Below the cluster. */
  path: string
  body: object
}

const text = (given: string) => given
const number = (given: string, flag: string) => wholeNumber(flag)(given)

function json(given: string, flag: string): unknown {
  try {
    return JSON.parse(given, asOnTheWire)
  } catch (error) {
    throw new UsageError(
      `${flag} takes JSON with the members that the API has, and got ${JSON.stringify(given)}: ${(error as Error).message}`,
    )
  }
}

/** Members as the AWS CLI and the SDKs have them, `Tls`, are `tls` to the API itself, which leaves unknown ones aside. */
function asOnTheWire(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value).map(([name, one]) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    one,
  ])
  return Object.fromEntries(members)
}

/** A number is the size of every broker's volume. */
function volumes(given: string, flag: string): unknown {
  if (/^\d+$/.test(given)) return [{ kafkaBrokerNodeId: 'All', volumeSizeGB: Number(given) }]
  return json(given, flag)
}

function flagOf(
  flag: string,
  value: string,
  help: string,
  read: UpdateFlag['read'] = text,
  member?: string,
): UpdateFlag {
  const key = flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return { flag, key, value, help, read, member: member ?? key }
}

const configuration = [
  flagOf('configuration-arn', 'arn', 'of an MSK configuration', text, 'configurationInfo.arn'),
  flagOf('configuration-revision', 'n', 'of that configuration', number, 'configurationInfo.revision'),
]

interface UpdateOperation {
  operation: string
  method: 'PUT' | 'PATCH'
  path: string
  flags: readonly UpdateFlag[]
}

const operations: readonly UpdateOperation[] = [
  put('UpdateBrokerCount', 'nodes/count', [
    flagOf('target-number-of-broker-nodes', 'n', 'how many brokers there shall be', number),
  ]),
  put('UpdateBrokerStorage', 'nodes/storage', [
    flagOf(
      'target-broker-ebs-volume-info',
      'GiB|json',
      'the size of each broker’s volume',
      volumes,
      'targetBrokerEBSVolumeInfo',
    ),
  ]),
  put('UpdateBrokerType', 'nodes/type', [flagOf('target-instance-type', 'type', 'kafka.m7g.large, …')]),
  put('UpdateClusterConfiguration', 'configuration', configuration),
  put('UpdateClusterKafkaVersion', 'version', [
    flagOf('target-kafka-version', 'version', 'with a configuration, if it gets another one too'),
    ...configuration,
  ]),
  put('UpdateConnectivity', 'connectivity', [
    flagOf('connectivity-info', 'json', 'public access and VPC connectivity', json),
    flagOf('zookeeper-access', 'json', 'of a cluster with ZooKeeper', json),
  ]),
  put('UpdateMonitoring', 'monitoring', [
    flagOf('enhanced-monitoring', 'level', 'DEFAULT, PER_BROKER, PER_TOPIC_PER_BROKER, …'),
    flagOf('open-monitoring', 'json', 'exporters for Prometheus', json),
    flagOf('logging-info', 'json', 'where broker logs go', json),
  ]),
  put('UpdateRebalancing', 'rebalancing', [
    flagOf('rebalancing', 'status', 'ACTIVE or PAUSED', text, 'rebalancing.status'),
  ]),
  {
    ...put('UpdateSecurity', 'security', [
      flagOf('client-authentication', 'json', 'how clients log in', json),
      flagOf('encryption-info', 'json', 'TLS, TLS_PLAINTEXT or PLAINTEXT for clients', json),
    ]),
    method: 'PATCH',
  },
  put('UpdateStorage', 'storage', [
    flagOf('volume-size-gb', 'GiB', 'of each broker’s volume', number, 'volumeSizeGB'),
    flagOf('storage-mode', 'mode', 'LOCAL', text),
    flagOf('provisioned-throughput', 'json', 'of the volumes', json),
  ]),
]

function put(operation: string, path: string, flags: readonly UpdateFlag[]): UpdateOperation {
  return { operation, method: 'PUT', path, flags }
}

/** Each once, in the order of the operations. */
export function updateFlags(): UpdateFlag[] {
  return [...new Set(operations.flatMap(({ flags }) => flags))]
}

/** The one operation that takes all that is given. */
export function chosenUpdate(given: ReadonlyMap<UpdateFlag, unknown>): UpdateRequest {
  const flags = [...given.keys()]
  if (flags.length === 0) throw new UsageError(`Say what shall change. ${choices(operations)}`)
  const chosen = operations.find((one) => flags.every((flag) => one.flags.includes(flag)))
  if (!chosen) {
    const concerned = operations.filter((one) => one.flags.some((flag) => flags.includes(flag)))
    throw new UsageError(`One operation at a time, and these flags are of several. ${choices(concerned)}`)
  }
  const body: Record<string, unknown> = {}
  for (const [{ member }, value] of given) {
    const [outer = '', inner] = member.split('.')
    body[outer] = inner === undefined ? value : { ...(body[outer] as object | undefined), [inner]: value }
  }
  return { operation: chosen.operation, method: chosen.method, path: chosen.path, body }
}

function choices(some: readonly UpdateOperation[]): string {
  const lines = some.map(
    ({ operation, flags }) => `  ${operation}: ${flags.map(({ flag }) => `--${flag}`).join(', ')}`,
  )
  return ['The operations:', ...lines].join('\n')
}

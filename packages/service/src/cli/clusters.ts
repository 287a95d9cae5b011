import { systemClock } from '@sluice/effects'
import { Command, Option } from 'commander'
import { ApiError, callApi } from '../aws/api-client.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { ownCommand } from './advice.ts'
import { dataDirOption, wholeNumber } from './options.ts'
import { formatOption, type OutputFormat, printAll, printOne } from './output.ts'
import { askStatus } from './running-service.ts'

/* Clusters of a running service, by the MSK API that every AWS tool asks. */

interface Flags {
  dataDir: string
  output: OutputFormat
}

/** As the API has it, as far as it is shown in columns; the other formats show all of it. */
interface ClusterInfo {
  clusterName: string
  clusterArn: string
  state: string
  stateInfo?: { message?: string }
  numberOfBrokerNodes?: number
  currentBrokerSoftwareInfo?: { kafkaVersion?: string }
  brokerNodeGroupInfo?: {
    instanceType?: string
    storageInfo?: { ebsStorageInfo?: { volumeSize?: number } }
  }
}

interface NodeInfo {
  instanceType?: string
  brokerNodeInfo?: { brokerId?: number; clientSubnet?: string; endpoints?: string[] }
}

const clusterColumns = {
  NAME: ({ clusterName }: ClusterInfo) => clusterName,
  STATE: ({ state }: ClusterInfo) => state,
  BROKERS: ({ numberOfBrokerNodes }: ClusterInfo) => numberOfBrokerNodes,
  KAFKA: ({ currentBrokerSoftwareInfo: software }: ClusterInfo) => software?.kafkaVersion,
  TYPE: ({ brokerNodeGroupInfo: group }: ClusterInfo) => group?.instanceType,
  'VOLUME GiB': ({ brokerNodeGroupInfo: group }: ClusterInfo) =>
    group?.storageInfo?.ebsStorageInfo?.volumeSize,
  ARN: ({ clusterArn }: ClusterInfo) => clusterArn,
}
const describedColumns = { ...clusterColumns, NOTE: ({ stateInfo }: ClusterInfo) => stateInfo?.message }

const brokerColumns = {
  BROKER: ({ brokerNodeInfo }: NodeInfo) => brokerNodeInfo?.brokerId,
  SUBNET: ({ brokerNodeInfo }: NodeInfo) => brokerNodeInfo?.clientSubnet,
  TYPE: ({ instanceType }: NodeInfo) => instanceType,
  ENDPOINTS: ({ brokerNodeInfo }: NodeInfo) => brokerNodeInfo?.endpoints?.join(','),
}

/** The verbs of `sluice cluster` that ask a running service. */
export function clusterVerbs(): Command[] {
  return [
    verb('list', 'list the clusters').action(async (flags: Flags) => {
      const found = await (await apiOf(flags.dataDir)).clusters()
      await printAll(found, clusterColumns, flags.output)
    }),
    named('describe', 'show a cluster').action(async (name: string, flags: Flags) => {
      await printOne(await (await apiOf(flags.dataDir)).cluster(name), describedColumns, flags.output)
    }),
    createVerb(),
    named('wait', 'wait until a cluster is ACTIVE, or gone')
      .option('--gone', 'until it is gone')
      .addOption(timeoutOption())
      .action(async (name: string, flags: Flags & WaitFlags) => {
        const api = await apiOf(flags.dataDir)
        const left = await waitFor(api, name, flags)
        if (left) await printOne(left, describedColumns, flags.output)
      }),
    named('reboot', 'start a broker of a cluster anew')
      .argument('<broker>', 'its id', wholeNumber('<broker>'))
      .action(async (name: string, broker: number, flags: Flags) => {
        const api = await apiOf(flags.dataDir)
        const { clusterArn } = await api.cluster(name)
        const body = { brokerIds: [String(broker)] }
        await api.call('PUT', `/v1/clusters/${encodeURIComponent(clusterArn)}/reboot-broker`, body)
        await printOne(await api.cluster(name), describedColumns, flags.output)
      }),
    named('delete', 'delete a cluster with all that it holds').action(async (name: string, flags: Flags) => {
      const api = await apiOf(flags.dataDir)
      const cluster = await api.cluster(name)
      await api.call('DELETE', `/v1/clusters/${encodeURIComponent(cluster.clusterArn)}`)
      await printOne({ ...cluster, state: 'DELETING' }, describedColumns, flags.output)
    }),
  ]
}

export function brokerCommand(): Command {
  return new Command('broker').description('brokers of clusters').addCommand(
    named('list', 'list the brokers of a cluster').action(async (name: string, flags: Flags) => {
      const api = await apiOf(flags.dataDir)
      await printAll(await api.brokers(await api.cluster(name)), brokerColumns, flags.output)
    }),
  )
}

interface CreateFlags extends Flags {
  brokers: number
  kafkaVersion?: string
  instanceType: string
  volumeSize?: number
}

function createVerb(): Command {
  return named('create', 'make a cluster; `wait` tells when it is ACTIVE')
    .addOption(new Option('--brokers <n>', 'over three zones').argParser(wholeNumber('--brokers')).default(3))
    .option('--kafka-version <version>', 'of those of the API (default: the latest)')
    .option('--instance-type <type>', 'of its brokers', 'kafka.m7g.large')
    .addOption(
      new Option('--volume-size <GiB>', 'of each broker (default: 100)').argParser(
        wholeNumber('--volume-size'),
      ),
    )
    .action(async (name: string, flags: CreateFlags) => {
      const api = await apiOf(flags.dataDir)
      const { volumeSize, instanceType } = flags
      await api.call('POST', '/v1/clusters', {
        clusterName: name,
        kafkaVersion: flags.kafkaVersion ?? (await api.latestVersion()),
        numberOfBrokerNodes: flags.brokers,
        brokerNodeGroupInfo: {
          clientSubnets: ['subnet-1', 'subnet-2', 'subnet-3'],
          instanceType,
          ...(volumeSize !== undefined && { storageInfo: { ebsStorageInfo: { volumeSize } } }),
        },
        encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS_PLAINTEXT' } },
      })
      await printOne(await api.cluster(name), describedColumns, flags.output)
    })
}

interface WaitFlags {
  gone?: boolean
  timeout: number
}

const pollMs = 200

/** As it is then; null where it is gone. */
async function waitFor(
  api: MskApi,
  name: string,
  { gone = false, timeout }: WaitFlags,
): Promise<ClusterInfo | null> {
  const clock = systemClock()
  const endMs = clock.monotonic() + timeout * 1_000
  for (;;) {
    const [cluster] = (await api.clusters()).filter(({ clusterName }) => clusterName === name)
    if (!cluster && gone) return null
    if (!cluster) throw api.unknown(name)
    if (cluster.state === 'ACTIVE' && !gone) return cluster
    if (cluster.state === 'FAILED' && !gone)
      throw new OperatingError(`${name} has FAILED.`, {
        code: 'CLUSTER_FAILED',
        why: cluster.stateInfo?.message ?? 'It does not say why.',
        next: 'Mend what it names and start the service again, or delete the cluster.',
      })
    if (clock.monotonic() > endMs)
      throw new OperatingError(`${name} is ${cluster.state} after ${timeout} seconds.`, {
        code: 'WAITED_TOO_LONG',
        why: cluster.stateInfo?.message ?? 'It is still on its way.',
        next: 'Wait longer with --timeout, or look at it: describe.',
      })
    await clock.sleep(pollMs)
  }
}

function timeoutOption(): Option {
  return new Option('--timeout <seconds>').argParser(wholeNumber('--timeout')).default(600)
}

function verb(name: string, description: string): Command {
  return new Command(name).description(description).addOption(formatOption()).addOption(dataDirOption())
}

function named(name: string, description: string): Command {
  return verb(name, description).argument('<name>', 'the cluster')
}

/** The MSK API of the service that runs on a data directory. */
class MskApi {
  readonly #dataDir: string
  readonly #endpoint: Parameters<typeof callApi>[0]

  constructor(dataDir: string, endpoint: Parameters<typeof callApi>[0]) {
    this.#dataDir = dataDir
    this.#endpoint = endpoint
  }

  async call(method: string, path: string, body?: object): Promise<unknown> {
    try {
      return await callApi(this.#endpoint, systemClock(), { method, path, ...(body && { body }) })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      throw new OperatingError('The MSK API has refused it.', {
        code: error.code,
        why: error.message,
        next: 'Correct what it names; --help shows what the verb takes.',
      })
    }
  }

  clusters(): Promise<ClusterInfo[]> {
    return this.#all<ClusterInfo>('/v1/clusters', 'clusterInfoList')
  }

  async cluster(name: string): Promise<ClusterInfo> {
    const found = (await this.clusters()).find(({ clusterName }) => clusterName === name)
    if (!found) throw this.unknown(name)
    return found
  }

  async brokers({ clusterArn }: ClusterInfo): Promise<NodeInfo[]> {
    const path = `/v1/clusters/${encodeURIComponent(clusterArn)}/nodes`
    const nodes = await this.#all<NodeInfo>(path, 'nodeInfoList')
    return nodes.filter(({ brokerNodeInfo }) => brokerNodeInfo !== undefined)
  }

  async latestVersion(): Promise<string> {
    const versions = await this.#all<{ version: string }>('/v1/kafka-versions', 'kafkaVersions')
    return versions.at(-1)?.version ?? ''
  }

  unknown(name: string): OperatingError {
    return new OperatingError(`There is no cluster ${name}.`, {
      code: 'CLUSTER_UNKNOWN',
      why: `The service on ${this.#dataDir} has none of this name.`,
      next: `See which there are: ${ownCommand('cluster list', this.#dataDir)}`,
    })
  }

  async #all<Item>(path: string, member: string): Promise<Item[]> {
    const items: Item[] = []
    let token: string | undefined
    do {
      const query = token === undefined ? '' : `?nextToken=${encodeURIComponent(token)}`
      const answer = (await this.call('GET', `${path}${query}`)) as Record<string, unknown>
      items.push(...((answer[member] ?? []) as Item[]))
      token = answer['nextToken'] as string | undefined
    } while (token !== undefined)
    return items
  }
}

async function apiOf(dataDir: string): Promise<MskApi> {
  const { report, accessKey } = await askStatus(dataDir)
  const { hostname: host, port } = new URL(report.endpoint)
  const scope = { region: report.region, service: 'kafka' }
  return new MskApi(dataDir, { host, port: Number(port), credentials: accessKey, scope })
}

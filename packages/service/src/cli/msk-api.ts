import { systemClock } from '@sluice/effects'
import { ApiError, callApi } from '../aws/api-client.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { ownCommand } from './advice.ts'
import { askStatus } from './running-service.ts'

/** As the API has it, as far as it is shown in columns; the other formats show all of it. */
export interface ClusterInfo {
  clusterName: string
  clusterArn: string
  currentVersion?: string
  state: string
  stateInfo?: { message?: string }
  clusterType?: string
  numberOfBrokerNodes?: number
  currentBrokerSoftwareInfo?: { kafkaVersion?: string }
  brokerNodeGroupInfo?: {
    instanceType?: string
    storageInfo?: { ebsStorageInfo?: { volumeSize?: number } }
  }
}

interface Nested {
  provisioned?: object
  serverless?: object
}

export interface NodeInfo {
  instanceType?: string
  brokerNodeInfo?: { brokerId?: number; clientSubnet?: string; endpoints?: string[] }
}

/** The MSK API of the service that runs on a data directory. */
export class MskApi {
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

  /** Of both types: what only one of them has stands beside what both have. */
  async clusters(): Promise<ClusterInfo[]> {
    const found = await this.#all<ClusterInfo & Nested>('/api/v2/clusters', 'clusterInfoList')
    return found.map(({ provisioned, serverless, ...info }) => ({ ...provisioned, ...serverless, ...info }))
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

export async function apiOf(dataDir: string): Promise<MskApi> {
  const { report, accessKey } = await askStatus(dataDir)
  const scope = { region: report.region, service: 'kafka' }
  return new MskApi(dataDir, { ...report.local, credentials: accessKey, scope })
}

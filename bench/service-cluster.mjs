// A cluster of three brokers over three zones through the MSK API, as CreateCluster makes it, on any engine and hosting.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { processTree, residentMegabytesOfAll, startProcess } from './processes.mjs'
import { until } from './protocol.mjs'
import { launcher } from './targets.mjs'

export const brokerCount = 3
const kafkaVersion = '4.4.x.kraft'
const activeWithinMs = 600_000
const pollMs = 5
/** As MSK's own examples have it; the engines take no notice. */
const subnets = ['subnet-1', 'subnet-2', 'subnet-3']

/** Starts the service without a cluster; `choice`: options of `sluice start` that say what runs the brokers. */
export async function startClusterService(choice, directory) {
  const args = [launcher, 'start', ...choice, '--no-cluster', '--data-dir', directory, '--api-port', '0']
  const service = await startProcess({ name: `sluice start ${choice.join(' ')}`, args })
  const pids = () => [...new Set([...processTree(service.pid), ...nodePids(directory).values()])]
  return {
    pids,
    megabytes: () => residentMegabytesOfAll(pids()),
    msk: await mskClient(directory),
    /** The process of a broker; undefined where it has none of its own. */
    pidOfBroker: (id) => nodePids(directory).get(`broker-${id}`),
    /** The brokers of an engine may outlive the service, but not the benchmark. */
    stop: async () => {
      const all = pids()
      await service.stop()
      for (const pid of all) if (pid !== service.pid) killIfThere(pid)
    },
  }
}

/** CreateCluster, and wait until it is ACTIVE: its ARN and the addresses of its brokers. */
export async function createActiveCluster(msk) {
  const arn = await msk.createCluster()
  await until(async () => (await msk.state(arn)) === 'ACTIVE', activeWithinMs, pollMs)
  return { arn, addresses: await msk.bootstrap(arn) }
}

/** By the name of the node's directory, as the service notes them: <data>/clusters/<cluster>/<node>/process.json. */
function nodePids(directory) {
  const clusters = join(directory, 'clusters')
  const nodes = entriesOf(clusters).flatMap((cluster) =>
    entriesOf(join(clusters, cluster)).map((node) => ({
      node,
      note: join(clusters, cluster, node, 'process.json'),
    })),
  )
  return new Map(
    nodes.flatMap(({ node, note }) => {
      try {
        const { pid } = JSON.parse(readFileSync(note, 'utf8'))
        return pid ? [[node, pid]] : []
      } catch {
        // It has none, or it is being written, or gone meanwhile.
        return []
      }
    }),
  )
}

function entriesOf(directory) {
  try {
    return readdirSync(directory)
  } catch {
    // No directory, or gone meanwhile.
    return []
  }
}

function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended, as it should.
  }
}

async function mskClient(directory) {
  // It tells of Node versions to come, on the screen.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  const sdk = await import('@aws-sdk/client-kafka')
  const { stdout } = await promisify(execFile)(process.execPath, [
    launcher,
    'env',
    '-o',
    'json',
    '--data-dir',
    directory,
  ])
  const { endpoint, region, credentials } = JSON.parse(stdout)
  const client = new sdk.KafkaClient({ endpoint, region, credentials })
  return {
    async createCluster() {
      const created = await client.send(
        new sdk.CreateClusterCommand({
          ClusterName: 'bench',
          KafkaVersion: kafkaVersion,
          NumberOfBrokerNodes: brokerCount,
          BrokerNodeGroupInfo: { ClientSubnets: subnets, InstanceType: 'kafka.m5.large' },
          EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
        }),
      )
      return created.ClusterArn
    },
    async state(ClusterArn) {
      const { ClusterInfo } = await client.send(new sdk.DescribeClusterCommand({ ClusterArn }))
      if (ClusterInfo.State === 'FAILED')
        throw new Error(`the cluster failed: ${ClusterInfo.StateInfo?.Message}`)
      return ClusterInfo.State
    },
    async bootstrap(ClusterArn) {
      const found = await client.send(new sdk.GetBootstrapBrokersCommand({ ClusterArn }))
      return found.BootstrapBrokerString.split(',').map((text) => {
        const at = text.lastIndexOf(':')
        return { host: text.slice(0, at), port: Number(text.slice(at + 1)) }
      })
    },
    /** Resolves when it is gone. */
    async deleteCluster(ClusterArn) {
      await client.send(new sdk.DeleteClusterCommand({ ClusterArn }))
      const isGone = (error) => error.name === 'NotFoundException'
      await until(
        () => client.send(new sdk.DescribeClusterCommand({ ClusterArn })).then(() => false, isGone),
        activeWithinMs,
      )
    },
  }
}

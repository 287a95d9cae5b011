// A cluster through the MSK API: from the call to the first acknowledged record, and the memory of the service and of
// all processes of the cluster.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { processTree, residentMegabytes, startProcess } from '../processes.mjs'
import { createReplicatedTopic, firstAcknowledgement, sleep, until } from '../protocol.mjs'
import { launcher } from '../targets.mjs'
import { runNodeClient } from './node-client.mjs'
import { emptyLine } from './rounds.mjs'

const brokers = 3
const kafkaVersion = '4.4.x.kraft'
const topic = 'bench-first'
const loadTopic = 'bench-load'
const idleMs = 3000
const activeWithinMs = 600_000
const pollMs = 5
/** As MSK's own examples have it; the engines take no notice. */
const subnets = ['subnet-1', 'subnet-2', 'subnet-3']

/** `sides`: side, engine (as `sluice start --engine` has it). */
export async function measureClusters(sides, plan) {
  const section = 'Clusters through the MSK API'
  const line = (title, unit) => emptyLine({ section, title, unit, better: 'less' })
  const lines = {
    firstAckMs: line('CreateCluster to the first acknowledged record', 'ms'),
    idleMegabytes: line('memory idle, all processes', 'MB'),
    loadMegabytes: line('memory under the load of a Node client, all processes', 'MB'),
  }
  for (let round = 1; round <= plan.rounds; round++) {
    plan.say(`round ${round} of ${plan.rounds}: CreateCluster`)
    for (const { side, name, engine } of round % 2 ? sides : sides.toReversed()) {
      const directory = join(plan.directory, `service-${side}-${round}`)
      const { running, processes, ...figures } = await lifeOfCluster(engine, directory, plan)
      const note = `${name}: ${running} of ${brokers} brokers ran; ${processes} process${processes === 1 ? '' : 'es'} with the service`
      for (const [key, figure] of Object.entries(figures)) {
        lines[key][side].push(figure)
        if (!lines[key].notes.includes(note)) lines[key].notes.push(note)
      }
    }
  }
  return Object.values(lines)
}

async function lifeOfCluster(engine, directory, plan) {
  const service = await startService(engine, directory)
  try {
    const msk = await mskClient(directory)
    const began = performance.now()
    const arn = await msk.createCluster()
    await until(async () => (await msk.state(arn)) === 'ACTIVE', activeWithinMs, pollMs)
    const addresses = await msk.bootstrap(arn)
    const leader = await createReplicatedTopic(addresses[0], topic, addresses.length)
    const firstAckMs = (await firstAcknowledgement(leader, topic)) - began
    await sleep(idleMs)
    const processes = processTree(service.pid)
    const idleMegabytes = sumOfMegabytes(processes)
    await createReplicatedTopic(addresses[0], loadTopic, addresses.length)
    const load = { topic: loadTopic, partitions: 1, record: 1024, seconds: plan.limits.clientSeconds }
    await runNodeClient('produce', { ...addresses[0], ...load })
    const loadMegabytes = sumOfMegabytes(processTree(service.pid))
    await msk.deleteCluster(arn)
    return {
      firstAckMs,
      idleMegabytes,
      loadMegabytes,
      running: addresses.length,
      processes: processes.length,
    }
  } finally {
    await service.stop()
  }
}

/** The brokers of an engine may outlive the service, but not the benchmark. */
async function startService(engine, directory) {
  const args = [
    launcher,
    'start',
    '--engine',
    engine,
    '--no-cluster',
    '--data-dir',
    directory,
    '--api-port',
    '0',
  ]
  const service = await startProcess({ name: `sluice start --engine ${engine}`, args })
  return {
    ...service,
    stop: async () => {
      const tree = processTree(service.pid)
      await service.stop()
      for (const pid of tree.slice(1)) killIfThere(pid)
    },
  }
}

function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended, as it should.
  }
}

function sumOfMegabytes(pids) {
  return pids.reduce((sum, pid) => sum + (residentMegabytes(pid) ?? 0), 0)
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
          NumberOfBrokerNodes: brokers,
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

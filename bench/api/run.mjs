// The MSK API itself (`npm run bench -- --api`): 20 clusters of three brokers each that run in the service, and the records of
// 180 more that have no broker, since their engine does not serve the only listener that they ask for.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { residentMegabytes, startProcess } from '../processes.mjs'
import { createTopic, until } from '../protocol.mjs'
import { tableOf } from '../report.mjs'
import { withSpread } from '../statistics.mjs'
import { launcher } from '../targets.mjs'
import { atRate, inTurn, signed } from './calls.mjs'

const callsPerSecond = 500
const produceRate = 1_000

export async function api({ clients, directory, quick, say }) {
  const counts = quick
    ? { running: 3, others: 7, calls: 100, seconds: 2 }
    : { running: 20, others: 180, calls: 2_000, seconds: 8 }
  const data = join(directory, 'api')
  mkdirSync(data, { recursive: true })
  let service = await start(data)
  const sdk = await import('@aws-sdk/client-kafka')
  const before = residentMegabytes(service.pid)
  let one = await client(sdk, data)

  say(`${counts.running} clusters of three brokers`)
  const created = await createAll(sdk, one, counts.running, running)
  const megabytes = (residentMegabytes(service.pid) - before) / counts.running
  say(`${counts.others} more, without brokers`)
  const others = await createAll(sdk, one, 1, without)
  await service.stop()
  const arns = [...created.arns, ...others.arns, ...copies(data, others.arns[0], counts.others - 1)]
  service = await start(data)
  one = await client(sdk, data)

  const describes = []
  for (const arn of arns.filter((_, at) => at % 4 === 0))
    describes.push(await signed(one, new sdk.DescribeClusterCommand({ ClusterArn: arn })))
  const lists = [await signed(one, new sdk.ListClustersCommand({ MaxResults: 100 }))]
  await inTurn(describes, 200)
  const describeMs = await inTurn(describes, counts.calls)
  const listMs = await inTurn(lists, counts.calls / 4)

  say('calls while brokers carry load')
  const address = await bootstrap(sdk, one, created.arns[0])
  // Each reads its topic from the beginning.
  const load = async (topic) => {
    await createTopic(address, topic, 1)
    return clients.run('latency', {
      ...address,
      topic,
      rate: produceRate,
      count: produceRate * counts.seconds,
    })
  }
  const alone = await load('alone')
  const mixed = await atRate(describes, callsPerSecond, () => load('mixed'))
  if (mixed.failures.length > 0) throw mixed.failures[0]

  say('the service anew')
  await service.stop()
  const from = performance.now()
  service = await start(data)
  const startMs = performance.now() - from
  await service.stop()
  const total = counts.running + counts.others
  return tableOf([
    ['what', 'unit', 'measured', 'wanted'],
    [`DescribeCluster with ${total} clusters, p50`, 'ms', fixed(quantile(describeMs, 0.5)), '< 2'],
    ['the same, p99', 'ms', fixed(quantile(describeMs, 0.99)), ''],
    [`ListClusters with ${total} clusters, pages of 100, p50`, 'ms', fixed(quantile(listMs, 0.5)), '< 2'],
    [
      `signed calls a second, beside ${produceRate} records a second`,
      '',
      fixed(mixed.perSecond),
      `≥ ${callsPerSecond}`,
    ],
    ['these calls, p50', 'ms', fixed(quantile(mixed.times, 0.5)), ''],
    [
      'produce to consume without them, p50 and p99',
      'ms',
      `${fixed(alone.p50Ms)}, ${fixed(alone.p99Ms)}`,
      '',
    ],
    [
      'produce to consume with them, p50 and p99',
      'ms',
      `${fixed(mixed.result.p50Ms)}, ${fixed(mixed.result.p99Ms)}`,
      '',
    ],
    [`CreateCluster to ACTIVE, ${counts.running} at once (all of them)`, 'ms', fixed(created.allMs), ''],
    ['the same, each', 'ms', withSpread(created.eachMs), ''],
    ['memory that a cluster of three brokers adds', 'MB', fixed(megabytes), ''],
    [`start with ${total} clusters, ${counts.running} of them with brokers`, 'ms', fixed(startMs), '< 2000'],
  ])
}

/** An account may have 90 brokers: the rest are records that are put where the service keeps its own. */
function copies(data, arn, count) {
  const uuidOf = (text) => text.slice(text.lastIndexOf('/') + 1)
  const record = readFileSync(join(data, 'clusters', uuidOf(arn), 'cluster.json'), 'utf8')
  return Array.from({ length: count }, (_, at) => {
    const uuid = `${randomUUID()}-1`
    const directory = join(data, 'clusters', uuid)
    mkdirSync(directory)
    const text = record.replaceAll(uuidOf(arn), uuid).replaceAll('other-0', `other-${at + 1}`)
    writeFileSync(join(directory, 'cluster.json'), text)
    return JSON.parse(text).arn
  })
}

function start(data) {
  const args = [
    launcher,
    'start',
    '--hosting',
    'inline',
    '--no-cluster',
    '--data-dir',
    data,
    '--api-port',
    '0',
  ]
  return startProcess({ name: 'sluice start', args })
}

async function client(sdk, data) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  const text = execFileSync(process.execPath, [launcher, 'env', '-o', 'json', '--data-dir', data], {
    encoding: 'utf8',
  })
  const { endpoint, region, credentials } = JSON.parse(text)
  return new sdk.KafkaClient({ endpoint, region, credentials, maxAttempts: 1 })
}

const group = { ClientSubnets: ['subnet-1', 'subnet-2', 'subnet-3'], InstanceType: 'kafka.m5.large' }

const running = (name) => ({
  ClusterName: `running-${name}`,
  KafkaVersion: '4.4.x.kraft',
  NumberOfBrokerNodes: 3,
  BrokerNodeGroupInfo: group,
  EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
})

/** Apache Kafka has no listener for IAM, so that nothing of it is started. */
const without = (name) => ({
  ClusterName: `other-${name}`,
  KafkaVersion: '3.9.x.kraft',
  NumberOfBrokerNodes: 3,
  BrokerNodeGroupInfo: group,
  ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
  Tags: { 'sluice:engine': 'apache-kafka' },
})

/** All at once: how long until each, and until all, are ACTIVE. */
async function createAll(sdk, one, count, shape) {
  const from = performance.now()
  const made = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const since = performance.now()
      const { ClusterArn } = await one.send(new sdk.CreateClusterCommand(shape(at)))
      await until(async () => (await stateOf(sdk, one, ClusterArn)) === 'ACTIVE', 600_000, 50)
      return { arn: ClusterArn, ms: performance.now() - since }
    }),
  )
  return {
    arns: made.map(({ arn }) => arn),
    eachMs: made.map(({ ms }) => ms),
    allMs: performance.now() - from,
  }
}

async function stateOf(sdk, one, ClusterArn) {
  const { ClusterInfo } = await one.send(new sdk.DescribeClusterCommand({ ClusterArn }))
  if (ClusterInfo.State === 'FAILED') throw new Error(ClusterInfo.StateInfo?.Message)
  return ClusterInfo.State
}

async function bootstrap(sdk, one, ClusterArn) {
  const { BootstrapBrokerString } = await one.send(new sdk.GetBootstrapBrokersCommand({ ClusterArn }))
  const [host, port] = BootstrapBrokerString.split(',')[0].split(':')
  return { host, port: Number(port) }
}

function quantile(values, at) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))]
}

function fixed(value) {
  return value.toFixed(value < 10 ? 2 : 0)
}

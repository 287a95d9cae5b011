import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ClusterInfo,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterOperationCommand,
  GetBootstrapBrokersCommand,
  KafkaClient,
  ListClusterOperationsCommand,
} from '@aws-sdk/client-kafka'
import kafkajs, { type Admin, type Producer } from 'kafkajs'
import { Sandbox } from '../cli/sluice.ts'
import { isRunning } from '../lives/cluster.ts'
import { until } from '../lives/timeline.ts'
import { createTopics } from '../lives/topics.ts'
import type { Plan } from './plan.ts'
import { randomOf } from './random.ts'
import { type Change, updateKinds } from './update-kinds.ts'

// The service is killed in the middle of updates, each kind in turn, with the brokers in it or beside them, and started again.
// Every update has to come to its end then, and no record that was acknowledged may be gone. What is done, and when the kill
// comes, follows from the seed.

interface UpdatesPlan extends Where {
  kills: number
  seed: number
}

interface UpdatesOutcome {
  kills: number
  /** By kind: how many were killed, and how many of these the kill met before the update had ended. */
  byKind: Map<string, { killed: number; cut: number }>
  slowestMs: number
  problems: string[]
}

/** What runs the brokers. */
type Where = Pick<Plan, 'engine' | 'hosting'>

const topic = 'kept'
const settledWithinMs = { embedded: 180_000, 'apache-kafka': 900_000 }
/** Updates of brokers that share a process take from 50 ms to a second, of others some seconds: most kills come early. */
const killWithinMs = { inline: 800, process: 5_000 }
/** Each start of a node is one of a JVM. */
const killWithinJvmMs = 60_000

interface World extends Where {
  sandbox: Sandbox
  random: () => number
  note: (sentence: string) => void
  msk: KafkaClient
  arns: Record<'standard' | 'express', string>
  kafka: { admin: Admin; producer: Producer } | null
  acknowledged: number
}

export async function killedInUpdates(
  { kills, seed, ...where }: UpdatesPlan,
  note: (sentence: string) => void,
  sandbox = new Sandbox(),
): Promise<UpdatesOutcome> {
  const outcome: UpdatesOutcome = { kills: 0, byKind: new Map(), slowestMs: 0, problems: [] }
  try {
    const world = await worldOf({ ...where, sandbox, random: randomOf(seed), note })
    for (let turn = 0; outcome.kills < kills; turn++) await oneUpdate(world, turn, outcome)
    await disconnect(world)
  } finally {
    await sandbox.close()
  }
  return outcome
}

async function worldOf(given: Where & Pick<World, 'sandbox' | 'random' | 'note'>): Promise<World> {
  const arns = { standard: '', express: '' }
  const world: World = {
    ...given,
    msk: await start(given),
    arns,
    kafka: null,
    acknowledged: 0,
  }
  const isOurs = world.engine === 'embedded'
  world.arns.standard = await create(
    world.msk,
    'standard',
    isOurs ? '2.8.1' : '3.9.x.kraft',
    'kafka.m5.large',
  )
  if (isOurs) world.arns.express = await create(world.msk, 'express', '3.9.x.kraft', 'express.m7g.large')
  for (const arn of Object.values(world.arns)) if (arn !== '') await settled(world, arn)
  await connect(world)
  if (world.kafka) await createTopics(world.kafka.admin, [{ topic, numPartitions: 3, replicationFactor: 3 }])
  return world
}

async function start({ sandbox, engine, hosting }: Where & Pick<World, 'sandbox'>): Promise<KafkaClient> {
  const where = engine === 'embedded' ? ['--hosting', hosting] : ['--engine', engine]
  const { exitCode, stderr, stdout } = await sandbox.start('--no-cluster', ...where)
  if (exitCode !== 0) throw new Error(`sluice start: ${stderr}${stdout}`)
  const { endpoint, region, credentials } = JSON.parse((await sandbox.run('env', '-o', 'json')).stdout)
  return new KafkaClient({ endpoint, region, credentials, maxAttempts: 1 })
}

async function create(msk: KafkaClient, name: string, version: string, type: string): Promise<string> {
  const { ClusterArn = '' } = await msk.send(
    new CreateClusterCommand({
      ClusterName: name,
      KafkaVersion: version,
      NumberOfBrokerNodes: 3,
      BrokerNodeGroupInfo: { ClientSubnets: ['subnet-a', 'subnet-b', 'subnet-c'], InstanceType: type },
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: true } },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' } },
    }),
  )
  return ClusterArn
}

async function describe(msk: KafkaClient, ClusterArn: string): Promise<ClusterInfo> {
  const { ClusterInfo } = await msk.send(new DescribeClusterCommand({ ClusterArn }))
  if (!ClusterInfo) throw new Error('DescribeCluster answered nothing')
  return ClusterInfo
}

function settled({ msk, engine }: Pick<World, 'msk' | 'engine'>, arn: string): Promise<ClusterInfo> {
  let last = ''
  return until(`ACTIVE`, settledWithinMs[engine], async () => {
    const info = await describe(msk, arn)
    last = `${info.State}: ${info.StateInfo?.Message ?? ''}`
    if (info.State === 'FAILED') throw new Error(last)
    return info.State === 'ACTIVE' ? info : undefined
  }).catch((error: unknown) => {
    throw new Error(`The cluster is ${last}`, { cause: error })
  })
}

async function oneUpdate(world: World, turn: number, outcome: UpdatesOutcome): Promise<void> {
  const kinds = updateKinds.filter(([, of]) => of === 'standard' || world.engine === 'embedded')
  const [name, of, kind] = kinds[turn % kinds.length] ?? []
  if (name === undefined || of === undefined || kind === undefined) return
  await produce(world)
  const arn = of === 'fresh' ? await fresh(world, turn) : world.arns[of]
  const before = await describe(world.msk, arn)
  const change = await kind(world.msk, before)
  if (!change) return
  const { pid } = await world.sandbox.status()
  await disconnect(world)
  const { isAnswered, operationArn, afterMs } = await askAndKill(world, change, pid)
  const isCut = isUnderWay(world.sandbox.dataDirectory, arn)
  const since = performance.now()
  world.msk = await start(world)
  const after = await settled(world, arn)
  const settledMs = performance.now() - since
  await connect(world)
  const problems = [
    ...(await stateProblems(world, { change, before, after, isAnswered, operationArn })),
    ...(await recordProblems(world)),
  ]
  if (of === 'fresh') await world.msk.send(new DeleteClusterCommand({ ClusterArn: arn }))
  outcome.kills++
  outcome.slowestMs = Math.max(outcome.slowestMs, settledMs)
  outcome.problems.push(...problems.map((problem) => `${outcome.kills}. ${name}: ${problem}`))
  const counted = outcome.byKind.get(name) ?? { killed: 0, cut: 0 }
  outcome.byKind.set(name, { killed: counted.killed + 1, cut: counted.cut + (isCut ? 1 : 0) })
  const when = afterMs === null ? 'before its answer' : `${Math.round(afterMs)} ms after its answer`
  const what = problems.length === 0 ? 'as wanted' : `PROBLEM: ${problems.join('; ')}`
  world.note(
    `${String(outcome.kills).padStart(3)}  ${name} killed ${when}${isCut ? ', under way' : ''}: ACTIVE ${Math.round(settledMs)} ms after the start, ${what}`,
  )
}

/** One whose storage has not grown yet: it may once in six hours. */
async function fresh(world: World, turn: number): Promise<string> {
  const arn = await create(world.msk, `fresh-${turn}`, '4.1.x.kraft', 'kafka.m7g.large')
  await settled(world, arn)
  return arn
}

/** What the killed service had written down. */
function isUnderWay(dataDirectory: string, arn: string): boolean {
  const path = join(dataDirectory, 'clusters', arn.slice(arn.lastIndexOf('/') + 1), 'cluster.json')
  const { changes } = JSON.parse(readFileSync(path, 'utf8')) as { changes: { endedAtMs: number | null }[] }
  return changes.at(-1)?.endedAtMs === null
}

/** One kill in five comes while the call is on its way: then nobody knows whether it was taken. */
async function askAndKill(world: World, change: Change, pid: number) {
  const isEarly = world.random() < 0.2
  const withinMs = world.engine === 'embedded' ? killWithinMs[world.hosting] : killWithinJvmMs
  const afterMs = isEarly ? world.random() * 8 : world.random() * world.random() * withinMs
  const call = change.ask()
  let isAnswered = false
  let operationArn: string | undefined
  const answered = call.then((answer) => {
    isAnswered = true
    operationArn = answer.ClusterOperationArn
  })
  if (isEarly) {
    answered.catch(() => {})
    await pause(afterMs)
  } else {
    await answered
    await pause(afterMs)
  }
  process.kill(pid, 'SIGKILL')
  await until(`the end of the service ${pid}`, 10_000, async () => !isRunning(pid) || undefined)
  await answered.catch(() => {})
  return { isAnswered, operationArn, afterMs: isEarly ? null : afterMs }
}

interface Seen {
  change: Change
  before: ClusterInfo
  after: ClusterInfo
  isAnswered: boolean
  operationArn: string | undefined
}

/** An update that was answered is done; one that was not is done, or has never been. */
async function stateProblems(
  { msk }: World,
  { change, before, after, isAnswered, operationArn }: Seen,
): Promise<string[]> {
  const isDone = change.holds(after)
  const { ClusterArn } = after
  const { ClusterOperationInfoList: all = [] } = await msk.send(
    new ListClusterOperationsCommand({ ClusterArn }),
  )
  const open = all.filter(({ OperationState: state = '' }) => !state.endsWith('_COMPLETE'))
  const problems = open.map((one) => `${one.OperationType} is ${one.OperationState}`)
  if (!isAnswered) {
    const isOld = after.CurrentVersion === before.CurrentVersion
    return isDone || isOld ? problems : [...problems, 'half of it was done']
  }
  if (!isDone) problems.push('the cluster is not as wanted')
  const { ClusterOperationInfo: operation } = await msk.send(
    new DescribeClusterOperationCommand({ ClusterOperationArn: operationArn }),
  )
  if (!operation?.OperationState?.endsWith('_COMPLETE'))
    problems.push(`its operation is ${operation?.OperationState}: ${operation?.ErrorInfo?.ErrorString}`)
  return problems
}

async function connect(world: World): Promise<void> {
  const { BootstrapBrokerString: brokers = '' } = await world.msk.send(
    new GetBootstrapBrokersCommand({ ClusterArn: world.arns.standard }),
  )
  const kafka = new kafkajs.Kafka({
    clientId: 'chaos',
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 },
  })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  world.kafka = { admin, producer }
}

async function disconnect({ kafka }: World): Promise<void> {
  await Promise.all([kafka?.admin.disconnect(), kafka?.producer.disconnect()])
}

async function produce(world: World): Promise<void> {
  const messages = Array.from({ length: 3 }, (_, partition) => ({
    partition,
    value: String(world.acknowledged),
  }))
  await world.kafka?.producer.send({ topic, acks: -1, messages })
  world.acknowledged += messages.length
}

async function recordProblems({ kafka, acknowledged }: World): Promise<string[]> {
  const offsets = (await kafka?.admin.fetchTopicOffsets(topic)) ?? []
  const found = offsets.reduce((sum, { high }) => sum + Number(high), 0)
  return found >= acknowledged ? [] : [`${acknowledged - found} of ${acknowledged} records are gone`]
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

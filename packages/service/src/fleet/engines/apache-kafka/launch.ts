import { delimiter, join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { Distribution } from '../../jvm/distributions.ts'
import type { Java } from '../../jvm/java.ts'
import { loggingConfiguration } from '../../jvm/logging.ts'
import type { RemoteEffects } from '../brokers/ask-node.ts'
import { ListenerName, listenerOf, type NodeKey, type NodePlan } from '../engine.ts'
import { propertiesText } from '../properties-text.ts'
import { kafkaNodeAnswers, kafkaNodeServes } from '../supervision/readiness.ts'
import {
  logLinesMax,
  type NodeStart,
  saying,
  type SupervisedNode,
  type SupervisionEffects,
} from '../supervision/supervised-node.ts'
import { formatIfNew } from './kraft/storage-format.ts'
import type { NodeShape } from './node-shape.ts'
import { askZooKeeper } from './zookeeper/zookeeper-words.ts'

interface Launch {
  plan: NodePlan
  shape: NodeShape
  fingerprint: string
  java: Java
  distribution: Distribution
  /** Null: the node is not of a KRaft cluster and needs no formatting. */
  clusterId: string | null
  signal: AbortSignal | undefined
}

const readyPollMs = 100
/** Where the JVM writes its account of a crash of its own. */
const crashLog = 'jvm-crash.log'

/** How a node of Apache Kafka is started: its directory formatted, its files written, a JVM. */
export function nodeStart(
  effects: SupervisionEffects & RemoteEffects,
  node: SupervisedNode,
  launch: Launch,
): NodeStart {
  const { plan, fingerprint, java, signal } = launch
  return {
    plan,
    fingerprint,
    prepare: async () => {
      await format(effects, node, launch)
      return { command: java.command, args: writeConfiguration(effects.disk, node, launch), crashLog }
    },
    serves: () => serves(effects, plan),
    pollMs: readyPollMs,
    signal,
  }
}

export async function nodeAnswers(
  effects: SupervisionEffects & RemoteEffects,
  { role }: NodeKey,
  listeners: NodePlan['listeners'],
): Promise<unknown> {
  if (role !== 'zookeeper') return kafkaNodeAnswers(effects, listeners)
  const listener = listeners.find(({ name }) => name === ListenerName.zookeeper)
  return listener && askZooKeeper(effects, listener, 'ruok')
}

async function serves(effects: SupervisionEffects & RemoteEffects, plan: NodePlan): Promise<boolean> {
  if (plan.role !== 'zookeeper') return kafkaNodeServes(effects, plan)
  return (await askZooKeeper(effects, listenerOf(plan, ListenerName.zookeeper), 'ruok')).trim() === 'imok'
}

async function format(effects: SupervisionEffects, node: SupervisedNode, launch: Launch): Promise<void> {
  const { clusterId, java, distribution, shape } = launch
  if (clusterId === null) return
  const { directories } = node
  const output = await formatIfNew({ effects, java, distribution, shape, directories, clusterId })
  if (output === null) return
  const lines = output.trim().split('\n')
  const telling = lines.filter((line) => /exception|error/i.test(line) && !/^\s+at /.test(line))
  throw node.startFailure(
    `Its directory could not be formatted. ${saying((telling.length > 0 ? telling : lines).slice(-logLinesMax))}`,
  )
}

/** Gives the arguments of the JVM. */
function writeConfiguration(
  disk: Disk,
  { key, directories }: SupervisedNode,
  { shape, distribution }: Launch,
): string[] {
  const { config, data, logs } = directories
  for (const directory of [config, data, logs]) disk.mkdirSync(directory)
  const write = (path: string, text: string) => disk.writeFileAtomicSync(path, text, { durable: false })
  const configuration = join(config, shape.configName)
  write(configuration, propertiesText(shape.properties))
  if (key.role === 'zookeeper') write(join(data, 'myid'), `${key.nodeId}\n`)
  const logging = loggingConfiguration(distribution.logging, { directory: logs, level: 'INFO' })
  const loggingFile = join(config, logging.fileName)
  write(loggingFile, logging.text)
  return [
    `-XX:ErrorFile=${join(logs, crashLog)}`,
    ...shape.jvmOptions,
    ...logging.jvmArguments(loggingFile),
    '-cp',
    distribution.classPath.join(delimiter),
    shape.mainClass,
    configuration,
  ]
}

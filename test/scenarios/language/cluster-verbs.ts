import {
  alterConfigs,
  createTopic,
  deleteTopics,
  describeConfigs,
  describeTopics,
  listOffset,
  OffsetSpec,
} from '@sluice/client'
import { AlterPartitionReassignments, ConfigResourceType } from '@sluice/wire'
import { durationMs, topicPartition } from './story.ts'
import type { Verb } from './verbs.ts'
import { errorName, type World } from './world.ts'

/** What a story says of the cluster, its topics, its disk and the time. */
export const clusterVerbs: Record<string, Verb> = {
  /**
   * `start brokers=N [property=value …]`; without `brokers` the cluster that was stopped. `start broker=N`: one that was
   * stopped or killed.
   */
  start: async (world, { options }) => {
    const { brokers, broker, ...properties } = Object.fromEntries(options)
    if (broker !== undefined) await world.startBroker(Number(broker))
    else await world.start(brokers === undefined ? null : Number(brokers), properties)
    return brokerLines(world)
  },

  /** `stop`, or `stop broker=N`: cleanly. */
  stop: async (world, { options }) => {
    const broker = options.get('broker')
    if (broker === undefined) await world.stop({ clean: true })
    else await world.cluster.stopBroker(Number(broker))
    return broker === undefined ? ['stopped'] : brokerLines(world)
  },

  /** `kill N`: a broker ends as in a crash; the others go on. */
  kill: async (world, { words }) => {
    await world.cluster.kill(Number(words[0]))
    return brokerLines(world)
  },

  /** Everything ends at once; what the disk has written but not synced stays, as after a killed process. */
  crash: async (world) => {
    await world.stop({ clean: false })
    return ['everything has ended']
  },

  /** `power-cut [broker=N]`: the same, of all or of one broker, and its files fall back to their last sync. */
  'power-cut': async (world, { options }) => {
    const broker = options.get('broker')
    if (broker === undefined) await world.stop({ clean: false })
    else await world.cluster.kill(Number(broker))
    world.disk.loseUnsynced(world.directoryOf(broker))
    if (broker !== undefined) return brokerLines(world)
    return ['everything has ended, and what was not synced is gone']
  },

  /** `new-disk N`: a broker ends as in a crash, and its disk is exchanged for an empty one. */
  'new-disk': async (world, { words: [broker = ''] }) => {
    await world.cluster.kill(Number(broker))
    world.disk.removeSync(world.directoryOf(broker).replace(/\/$/, ''))
    return brokerLines(world)
  },

  /** `disk-fails OPERATION CODE [times=N] [broker=N]`: the next operations of that name fail, of that broker or of any. */
  'disk-fails': (world, { words: [operation = '', code = ''], options }) => {
    const under = world.directoryOf(options.get('broker'))
    world.disk.failNext(operation, code, Number(options.get('times') ?? 1), under)
    return ['ok']
  },

  /** `disk-works`: of every broker, from now on. */
  'disk-works': (world) => {
    world.disk.beforeOperation = () => {}
    return ['ok']
  },

  /** `wait 3s`: time passes. */
  wait: async (world, { words: [duration = ''] }) => {
    await world.clock.advance(durationMs(duration))
    return [`${duration} later`]
  },

  /** `create TOPIC [partitions=N] [replicas=N] [config=value …]`. */
  create: async (world, { words: [name = ''], options }, actor) => {
    const { partitions = '1', replicas, ...configs } = Object.fromEntries(options)
    const created = await createTopic(await world.connection(actor), name, {
      partitions: Number(partitions),
      replicationFactor: replicas === undefined ? undefined : Number(replicas),
      configs,
    })
    return [`${name}: partitions=${created.partitions} replicas=${created.replicationFactor}`]
  },

  delete: async (world, { words }, actor) => {
    await deleteTopics(await world.connection(actor), words)
    return ['deleted']
  },

  /** `config TOPIC key=value …` sets, `config TOPIC key …` shows. */
  config: async (world, { words: [topic = '', ...keys], options }, actor) => {
    const connection = await world.connection(actor)
    if (options.size > 0)
      await alterConfigs(connection, ConfigResourceType.topic, topic, Object.fromEntries(options))
    const values = await describeConfigs(connection, ConfigResourceType.topic, topic)
    return [...options.keys(), ...keys].map((key) => `${key}=${values.get(key)}`)
  },

  /** `broker-config N key=value …`: dynamic configs of one broker. */
  'broker-config': async (world, { words: [broker = ''], options }, actor) => {
    const connection = await world.connection(actor, Number(broker))
    await alterConfigs(connection, ConfigResourceType.broker, broker, Object.fromEntries(options))
    return [...options].map(([key, value]) => `${key}=${value}`)
  },

  /** `reassign TOPIC-N BROKER …`: other replicas, of another number if need be. */
  reassign: async (world, { words: [where, ...brokers] }, actor) => {
    const { topic, partition } = topicPartition(where)
    const partitions = [{ partitionIndex: partition, replicas: brokers.map(Number) }]
    const connection = await world.connection(actor)
    const { errorCode, responses } = await connection.send(AlterPartitionReassignments, 1, {
      timeoutMs: 1_000,
      allowReplicationFactorChange: true,
      topics: [{ name: topic, partitions }],
    })
    return [errorName(errorCode || (responses[0]?.partitions[0]?.errorCode ?? 0))]
  },

  /** Brokers, and what they say of every partition. */
  status: async (world, _, actor) => {
    const { topics } = await describeTopics(await world.connection(actor))
    const lines = brokerLines(world)
    for (const { name, partitions } of topics.toSorted((a, b) =>
      String(a.name).localeCompare(String(b.name)),
    ))
      for (const { partitionIndex, leaderId, leaderEpoch, isrNodes, errorCode } of partitions) {
        const replicas = `leader=${leaderId} epoch=${leaderEpoch} isr=${isrNodes.join(',')}`
        const end =
          errorCode === 0 ? await endOf(world, actor, String(name), partitionIndex) : errorName(errorCode)
        lines.push(`${name}-${partitionIndex}: ${replicas} ${end}`)
      }
    return lines
  },
}

async function endOf(world: World, actor: string, topic: string, partition: number): Promise<string> {
  const leader = await world.leader(actor, topic, partition)
  const { offset } = await listOffset(leader, topic, partition, OffsetSpec.latest)
  return `end=${offset}`
}

function brokerLines(world: World): string[] {
  return world.cluster.brokers.map(({ nodeId, state, failure }) =>
    failure === undefined ? `broker ${nodeId}: ${state}` : `broker ${nodeId}: ${state}: ${failure}`,
  )
}

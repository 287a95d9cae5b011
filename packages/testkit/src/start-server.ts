import { checkBrokerProperties, startCluster } from '@sluice/engine'
import type { KafkaServer, KafkaServerOptions } from './api.ts'
import { Inside } from './inside.ts'
import { LiveServer } from './live-server.ts'
import { brokerNode, controllerNode, defaultProperties } from './nodes.ts'
import { KafkaServerError } from './server-error.ts'
import { createWorld } from './world.ts'

/** More than anybody's test needs, and few enough for one process. */
const brokersMax = 9

export async function startServer(options: KafkaServerOptions = {}): Promise<KafkaServer> {
  const { brokers = 1, topics = {}, port = 0 } = options
  check(options)
  const world = createWorld(options)
  const properties = { ...defaultProperties(brokers), ...options.properties }
  const nodes = Array.from({ length: brokers }, (_, at) => brokerNode(at + 1, at === 0 ? port : 0))
  const cluster = await startCluster({
    directory: '/cluster',
    controller: controllerNode,
    brokers: nodes,
    properties,
    effects: world,
  })
  const server = new LiveServer({ world, cluster, properties, inside: new Inside(world, () => cluster) })
  try {
    await server.createTopics(topics)
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

function check({ brokers = 1, properties = {} }: KafkaServerOptions): void {
  if (!Number.isInteger(brokers) || brokers < 1 || brokers > brokersMax)
    throw new KafkaServerError(`A server cannot have ${brokers} brokers.`, {
      code: 'BROKERS',
      why: `It has 1 to ${brokersMax}.`,
      next: 'Give another number, or leave it away for one.',
    })
  const [problem] = checkBrokerProperties(properties)
  if (problem)
    throw new KafkaServerError(`The property ${problem.name} cannot be set so.`, {
      code: 'PROPERTY',
      why: problem.problem,
      next: 'Names and values are those of the broker configs of Apache Kafka.',
    })
}

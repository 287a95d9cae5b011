import { MemoryDisk } from '@sluice/effects'
import { checkBrokerProperties, FaultRules } from '@sluice/engine'
import type { KafkaServer, KafkaServerOptions } from './api.ts'
import { ClusterLife } from './cluster-life.ts'
import { Inside } from './inside.ts'
import { LiveServer } from './live-server.ts'
import { createUser, loginProperties } from './login.ts'
import { defaultProperties } from './nodes.ts'
import { RequestWatch } from './request-watch.ts'
import { KafkaServerError } from './server-error.ts'
import { Taps } from './tap.ts'
import { Topics } from './topics.ts'
import { createWorld } from './world.ts'

/** More than anybody's test needs, and few enough for one process. */
const brokersMax = 9

export async function startServer(options: KafkaServerOptions = {}): Promise<KafkaServer> {
  check(options)
  const server = await serverOn(null, options)
  try {
    await server.createTopics(options.topics ?? {})
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

/** On a disk that has what another server had, or on an empty one. */
async function serverOn(
  found: MemoryDisk | null,
  options: KafkaServerOptions,
  skewMs = 0,
): Promise<LiveServer> {
  const { brokers = 1, port = 0, auth } = options
  const world = createWorld(options, skewMs)
  const properties = { ...defaultProperties(brokers), ...loginProperties(auth), ...options.properties }
  const protocol = auth === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT'
  const disk = found ?? new MemoryDisk(() => world.calendar.steady.now(), { isForgetful: false })
  const faults = new FaultRules((what, refusal) => new KafkaServerError(what, refusal))
  const watch = new RequestWatch(world.calendar.steady, faults)
  const { interceptor } = watch
  const taps = new Taps()
  const { tap } = taps
  const life = new ClusterLife({ world, brokers, port, properties, protocol, interceptor, tap }, disk)
  const inside = new Inside(world, () => life.cluster)
  await life.start().catch(explain)
  if (auth === 'scram' && !found) await createUser(await inside.any(), world.random)
  return new LiveServer({
    world,
    life,
    inside,
    options,
    faults,
    watch,
    taps,
    topics: new Topics(inside),
    fork: (copy) => serverOn(copy, { ...options, port: 0 }, world.calendar.skewMs),
  })
}

function explain(error: unknown): never {
  const { code, address = '127.0.0.1', port } = error as { code?: string; address?: string; port?: number }
  if (code !== 'EADDRINUSE') throw error
  throw new KafkaServerError(`The port ${port ?? ''} of ${address} is taken.`, {
    code: 'PORT_TAKEN',
    why: 'Another process listens there, or another server of this one that is not stopped.',
    next: 'Leave `port` away for any free one, which kafka.bootstrap names, or stop the other first.',
  })
}

/** All that `start` takes. */
const known: Record<keyof KafkaServerOptions, true> = {
  brokers: true,
  topics: true,
  properties: true,
  port: true,
  seed: true,
  auth: true,
  log: true,
}

function check(options: KafkaServerOptions): void {
  const { brokers = 1, properties = {}, auth } = options
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (unknown !== undefined)
    throw new KafkaServerError(`KafkaServer.start() takes no "${unknown}".`, {
      code: 'OPTION',
      why:
        unknown === 'msk'
          ? 'The Amazon MSK API is a part of the service, which is a process of its own.'
          : `It takes ${Object.keys(known).join(', ')}.`,
      next:
        unknown === 'msk' ? 'Start it: npx sluice start --detach.' : 'Leave it away, or name one of these.',
    })
  if (!Number.isInteger(brokers) || brokers < 1 || brokers > brokersMax)
    throw new KafkaServerError(`A server cannot have ${brokers} brokers.`, {
      code: 'BROKERS',
      why: `It has 1 to ${brokersMax}.`,
      next: 'Give another number, or leave it away for one.',
    })
  if (auth !== undefined && auth !== 'plain' && auth !== 'scram')
    throw new KafkaServerError(`A server has no way to log in that is called ${JSON.stringify(auth)}.`, {
      code: 'AUTH',
      why: "It has 'plain' and 'scram'; those of IAM and of certificates the service has alone.",
      next: 'Name one of these, or use the command: sluice start.',
    })
  const [problem] = checkBrokerProperties(properties)
  if (problem)
    throw new KafkaServerError(`The property ${problem.name} cannot be set so.`, {
      code: 'PROPERTY',
      why: problem.problem,
      next: 'Names and values are those of the broker configs of Apache Kafka.',
    })
}

import { MemoryDisk } from '@sluice/effects'
import { checkBrokerProperties, FaultRules } from '@sluice/engine'
import type { KafkaServer, KafkaServerOptions } from './api.ts'
import { ClusterLife } from './cluster-life.ts'
import { AwsSide, companionOf } from './companion.ts'
import { Inside } from './inside.ts'
import { LiveServer } from './live-server.ts'
import { createUser, loginOf } from './login.ts'
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
  const { brokers = brokersOf(options), port = 0 } = options
  const world = createWorld(options, skewMs)
  const companion = await companionOf(options, world)
  const login = await loginOf(options, companion)
  const properties = { ...defaultProperties(brokers), ...login.properties, ...options.properties }
  const disk = found ?? new MemoryDisk(() => world.calendar.steady.now(), { isForgetful: false })
  const faults = new FaultRules((what, refusal) => new KafkaServerError(what, refusal))
  const watch = new RequestWatch(world.calendar.steady, faults)
  const { interceptor } = watch
  const taps = new Taps()
  const { tap } = taps
  const life = new ClusterLife({ world, brokers, port, properties, login, interceptor, tap }, disk)
  const inside = new Inside(world, () => life.cluster)
  await life.start().catch(explain)
  if (login.scram && !found) await createUser(await inside.any(), login.scram, world.random)
  const aws = new AwsSide(options, companion)
  const server = new LiveServer({
    world,
    life,
    inside,
    options,
    login,
    aws,
    faults,
    watch,
    taps,
    topics: new Topics(inside),
    fork: (copy) => serverOn(copy, { ...options, port: 0 }, world.calendar.skewMs),
  })
  if (options.msk) await startMsk(server, aws, life)
  return server
}

/** All of it or nothing. */
async function startMsk(server: LiveServer, aws: AwsSide, life: ClusterLife): Promise<void> {
  try {
    await aws.start(life)
  } catch (error) {
    await server.stop()
    throw error
  }
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

const ways: ReadonlySet<string> = new Set(['plain', 'scram', 'iam', 'mtls'])

/** All that `start` takes. */
const known: Record<keyof KafkaServerOptions, true> = {
  brokers: true,
  topics: true,
  properties: true,
  port: true,
  seed: true,
  auth: true,
  msk: true,
  log: true,
}

/** Where nobody says how many: as few as may be. */
const brokersOf = ({ msk }: KafkaServerOptions) => (msk ? 2 : 1)

function check(options: KafkaServerOptions): void {
  const { brokers = brokersOf(options), properties = {}, auth, port = 0, seed = 0 } = options
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (unknown !== undefined)
    throw new KafkaServerError(`KafkaServer.start() takes no "${unknown}".`, {
      code: 'OPTION',
      why: `It takes ${Object.keys(known).join(', ')}.`,
      next: 'Leave it away, or name one of these.',
    })
  if (!Number.isInteger(brokers) || brokers < 1 || brokers > brokersMax)
    throw new KafkaServerError(`A server cannot have ${brokers} brokers.`, {
      code: 'BROKERS',
      why: `It has 1 to ${brokersMax}.`,
      next: `Give another number, or leave it away for ${brokersOf(options)}.`,
    })
  if (options.msk && brokers % 2 !== 0 && brokers % 3 !== 0)
    throw new KafkaServerError(`A cluster of Amazon MSK cannot have ${brokers} brokers.`, {
      code: 'BROKERS',
      why: 'It has as many in each of two or three Availability Zones.',
      next: 'Give 2, 3, 4, 6, 8 or 9, or leave it away for two.',
    })
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new KafkaServerError(`A server cannot have the port ${port}.`, {
      code: 'PORT',
      why: 'Ports are whole numbers up to 65535; 0 is any free one.',
      next: 'Leave it away for any free one, which kafka.bootstrap names.',
    })
  if (!Number.isFinite(seed))
    throw new KafkaServerError(`${JSON.stringify(seed)} is no seed.`, {
      code: 'SEED',
      why: 'Ids come from a number.',
      next: 'Give one such as 1, or leave it away.',
    })
  if (auth !== undefined && !ways.has(auth))
    throw new KafkaServerError(`A server has no way to log in that is called ${JSON.stringify(auth)}.`, {
      code: 'AUTH',
      why: `It has ${[...ways].join(', ')}.`,
      next: 'Name one of these, or leave it away.',
    })
  if (options.msk && auth === 'plain')
    throw new KafkaServerError('Amazon MSK has no login by PLAIN.', {
      code: 'AUTH',
      why: 'Clients log in there by SCRAM-SHA-512, by IAM or by certificates.',
      next: "Give auth: 'scram', whose user and password are the same, or leave msk: true away.",
    })
  const noText = Object.entries(properties).find(([, value]) => typeof value !== 'string')
  const [problem] = noText
    ? [{ name: noText[0], problem: `${JSON.stringify(noText[1])} is no text` }]
    : checkBrokerProperties(properties)
  if (problem)
    throw new KafkaServerError(`The property ${problem.name} cannot be set so.`, {
      code: 'PROPERTY',
      why: problem.problem,
      next: 'Names and values are those of the broker configs of Apache Kafka.',
    })
}

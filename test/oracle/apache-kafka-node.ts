import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemRandom } from '@sluice/effects'
import { randomUuid } from '@sluice/wire'
import {
  type Address,
  type ApacheKafka,
  ApacheKafkaProcess,
  format,
  freePort,
  type Properties,
  writeProperties,
} from './apache-kafka-process.ts'

const host = '127.0.0.1'

/** A combined node (broker and controller) of Apache Kafka for tests, on the loopback address alone. */
export class ApacheKafkaNode {
  readonly bootstrap: Address
  readonly #process: ApacheKafkaProcess

  private constructor(bootstrap: Address, process: ApacheKafkaProcess) {
    this.bootstrap = bootstrap
    this.#process = process
  }

  /** Of the process whose one child it is. */
  get pid(): number {
    return this.#process.pid
  }

  /** Starts it on what is in the directory, or on nothing, and resolves when it answers. */
  static async start(
    kafka: ApacheKafka,
    directory: string,
    properties: Properties,
    at?: Address,
  ): Promise<ApacheKafkaNode> {
    mkdirSync(directory, { recursive: true })
    const bootstrap = at ?? { host, port: await freePort() }
    const config = join(directory, 'server.properties')
    writeProperties(config, await nodeProperties(directory, bootstrap.port, properties))
    if (!existsSync(join(directory, 'data', 'meta.properties')))
      await format(kafka, config, randomUuid(systemRandom()))
    const log = join(directory, 'node.log')
    const jvm = ['-Xmx1G', '-Xms1G', '-XX:+UseG1GC']
    const process = new ApacheKafkaProcess(kafka, config, log, jvm)
    await process.untilReady(bootstrap)
    return new ApacheKafkaNode(bootstrap, process)
  }

  stop(): Promise<void> {
    return this.#process.stop()
  }

  /** Ends it as a crash would. */
  kill(): Promise<void> {
    return this.#process.kill()
  }
}

async function nodeProperties(directory: string, port: number, properties: Properties): Promise<Properties> {
  const controllerPort = await freePort()
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${host}:${controllerPort}`,
    listeners: `CLIENT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    'advertised.listeners': `CLIENT://${host}:${port}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': join(directory, 'data'),
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    ...properties,
  }
}

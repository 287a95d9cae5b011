import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../oracle/apache-kafka-process.ts'

/** Class paths of Apache Kafka's server and of its tools, e.g. `/opt/kafka/libs/*`. */
export const serverClassPath = process.env.SLUICE_KAFKA_SERVER_CLASSPATH
export const toolsClassPath = process.env.SLUICE_KAFKA_TOOLS_CLASSPATH

const java = ['-Xmx512M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** What kafka-dump-log says of the files, complaints included. */
export async function dumpLog(files: readonly string[], ...options: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    'java',
    [
      ...java,
      '-cp',
      toolsClassPath as string,
      'org.apache.kafka.tools.DumpLogSegments',
      ...options,
      '--files',
      files.join(','),
    ],
    { maxBuffer: 1_000_000_000 },
  )
  return stdout + stderr
}

interface ApacheKafka {
  port: number
  stop(): Promise<void>
}

/** A controller (node 10000) and a broker (node 1) of Apache Kafka on the directories of a stopped cluster of ours. */
export async function startApacheKafka(directory: string): Promise<ApacheKafka> {
  const [controllerPort, port] = [await freePort(), await freePort()]
  const common = [
    `controller.quorum.voters=10000@127.0.0.1:${controllerPort}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT',
    'offsets.topic.replication.factor=1',
    'group.initial.rebalance.delay.ms=0',
  ]
  const controller = run(directory, 'controller', [
    ...common,
    'process.roles=controller',
    'node.id=10000',
    `listeners=CONTROLLER://127.0.0.1:${controllerPort}`,
    `log.dirs=${join(directory, 'controller', 'volume-1')}`,
  ])
  const broker = run(directory, 'broker', [
    ...common,
    'process.roles=broker',
    'node.id=1',
    `listeners=CLIENT://127.0.0.1:${port}`,
    'inter.broker.listener.name=CLIENT',
    `log.dirs=${join(directory, 'broker-1', 'volume-1')}`,
  ])
  await listening(port, [controller, broker])
  return {
    port,
    stop: async () => {
      await end(broker)
      await end(controller)
    },
  }
}

function run(directory: string, role: string, properties: readonly string[]): ChildProcess {
  const file = join(directory, `${role}.properties`)
  writeFileSync(file, properties.join('\n'))
  const child = spawn('java', [...java, '-cp', serverClassPath as string, 'kafka.Kafka', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = createWriteStream(join(directory, `${role}.out`))
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function listening(port: number, children: readonly ChildProcess[]): Promise<void> {
  for (let attempts = 0; attempts < 600; attempts++) {
    if (children.some(({ exitCode }) => exitCode !== null)) throw new Error('Apache Kafka has ended')
    const socket = connect({ host: '127.0.0.1', port })
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (connected) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('Apache Kafka does not listen')
}

// Apache Kafka beside ours: one node that is broker and controller at once, as ours is one process, or several of these, with
// the Java flags of Apache's own start script; and Apache's load tools.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProcess } from './processes.mjs'
import { metadataBrokers, until } from './protocol.mjs'
import { freePort, host, settings } from './targets.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
export const brokerVersion = '4.4.0'

/** What kafka-server-start.sh and kafka-run-class.sh of the release give a broker. */
const brokerFlags = [
  '-Xmx1G',
  '-Xms1G',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
]
/** What kafka-producer-perf-test.sh gives the tool. */
const toolFlags = ['-Xmx512M']
const toolTimeoutMs = 120_000

/** Resolves the distributions; the first time that may take a download. */
export async function apacheKafka(say) {
  const { distributions } = await loadDistributions()
  const resolved = distributions(say)
  const java = await resolved.java()
  const broker = await resolved.broker(brokerVersion)
  const tools = await resolved.tools()
  const { stderr } = await promisify(execFile)(java.command, ['-version'])
  return {
    versions: { broker: broker.version, tools: tools.version, java: javaVersion(stderr) },
    /** `tls`: keystore and truststore of a second listener, which is encrypted; its port is `securePort`. */
    start: (directory, topic, tls) => startNode(java.command, broker.classPath, directory, topic, tls),
    /** `address` is the first one's. */
    startCluster: (directory, count, clusterSettings) =>
      startNodes(java.command, broker.classPath, directory, count, clusterSettings),
    /** Runs one of Apache's tools to its end; what it printed. */
    async tool(mainClass, args) {
      const all = [...toolFlags, '-cp', tools.classPath.join(delimiter), mainClass, ...args]
      const { stdout } = await promisify(execFile)(java.command, all, { timeout: toolTimeoutMs })
      return stdout
    },
  }
}

/** The service's own sources, bundled, because this Node does not read TypeScript. */
async function loadDistributions() {
  const { build } = await import('esbuild')
  const outfile = join(root, 'node_modules/.cache/sluice-bench/distributions.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/distributions.mjs'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['sluice-source'],
    logLevel: 'warning',
  })
  return import(outfile)
}

/** `OpenJDK 64-Bit Server VM … 17.0.9+9`, out of what `java -version` says. */
function javaVersion(text) {
  const [first = '', second = ''] = text.split('\n')
  const version = /"(.+)"/.exec(first)?.[1] ?? first
  return `${version} (${second.replace(/ \(build.*/, '')})`
}

async function startNode(java, classPath, directory, topic, tls) {
  const [port, controllerPort, securePort] = [await freePort(), await freePort(), await freePort()]
  const properties = nodeProperties(directory, { port, controllerPort, securePort }, tls)
  const target = await runNode(java, classPath, directory, {
    port,
    properties,
    topic,
    clusterId: randomClusterId(),
  })
  return { ...target, directory, ...(tls && { securePort }) }
}

/** Each is broker and controller at once. */
async function startNodes(java, classPath, directory, count, clusterSettings) {
  const nodes = []
  for (let id = 1; id <= count; id++)
    nodes.push({ id, port: await freePort(), controllerPort: await freePort(), securePort: 0 })
  const voters = nodes.map(({ id, controllerPort }) => `${id}@${host}:${controllerPort}`).join(',')
  const clusterId = keptClusterId(directory)
  const targets = await Promise.all(
    nodes.map((node) => {
      const own = join(directory, String(node.id))
      const properties = [
        nodeProperties(own, node),
        `node.id=${node.id}`,
        `controller.quorum.voters=${voters}`,
      ]
      const all = [...properties, ...clusterSettings].join('\n')
      return runNode(java, classPath, own, { port: node.port, properties: all, clusterId, brokers: count })
    }),
  )
  const stop = async () => void (await Promise.all(targets.map((target) => target.stop())))
  return { ...targets[0], pids: targets.map(({ pid }) => pid), stop }
}

/** The same at each start. */
function keptClusterId(directory) {
  const file = join(directory, 'cluster-id')
  mkdirSync(directory, { recursive: true })
  if (!existsSync(file)) writeFileSync(file, randomClusterId())
  return readFileSync(file, 'utf8')
}

/** What stands later in the properties counts. */
async function runNode(java, classPath, directory, { port, properties, topic, clusterId, brokers = 1 }) {
  const file = join(directory, 'server.properties')
  mkdirSync(directory, { recursive: true })
  writeFileSync(file, properties)
  // Without a configuration of log4j it prints errors only; warnings say why a start failed.
  const run = ['-Dlog4j2.level=WARN', '-cp', classPath.join(delimiter)]
  if (!existsSync(join(directory, 'data/meta.properties'))) {
    // An id may begin with a hyphen.
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', file]
    await promisify(execFile)(java, [...run, ...format])
  }
  const address = { host, port }
  return startProcess({
    name: 'Apache Kafka',
    command: java,
    args: [...brokerFlags, ...run, 'kafka.Kafka', file],
    address,
    topic,
    isReady: () => until(async () => (await metadataBrokers(address).catch(() => 0)) >= brokers, 120_000),
  })
}

function nodeProperties(directory, { port, controllerPort, securePort }, tls) {
  const secure = tls ? `,SSL://${host}:${securePort}` : ''
  const own = [
    ...(tls ? tlsProperties(tls) : []),
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@${host}:${controllerPort}`,
    `listeners=PLAINTEXT://${host}:${port}${secure},CONTROLLER://${host}:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://${host}:${port}${secure}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${join(directory, 'data')}`,
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
  ]
  return `${[...own, ...settings].join('\n')}\n`
}

function tlsProperties({ keystore, truststore }) {
  return [
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT',
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${keystore}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${truststore}`,
  ]
}

/** Kafka writes a UUID's 16 bytes in base64 for URLs. */
function randomClusterId() {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
}

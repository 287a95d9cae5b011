import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import kafkajs, { type Kafka } from 'kafkajs'
import { isRunning, isThere, LifeCluster, type Setting } from './cluster.ts'
import { Load, valuesIn } from './load.ts'
import { type Timeline, until } from './timeline.ts'
import { createTopics } from './topics.ts'

const partitions = 6
/** Which version a cluster is rolled to, by the one that it begins with. */
const upgrades: Readonly<Record<string, string>> = { '3.9.x.kraft': '4.4.x.kraft' }

/**
 * What a cluster goes through, in order. Each step throws at the first thing that is not as it should be. Where brokers
 * are no processes of their own, what looks at these is left out.
 */
export class Life {
  readonly #timeline: Timeline
  readonly #version: string
  readonly #cluster: LifeCluster
  readonly #hasProcesses: boolean
  /** Some of what a configuration may say only its broker's start refuses. */
  readonly #refusesAtStart: boolean
  #kafka!: Kafka
  #load: Load | null = null
  /** How many records there are in it. */
  #orders = 0

  constructor(setting: Pick<Setting, 'engine' | 'hosting' | 'kafkaVersion'>, timeline: Timeline) {
    const { engine, hosting = 'inline', kafkaVersion: version } = setting
    this.#timeline = timeline
    this.#version = version
    this.#hasProcesses = engine !== 'embedded' || hosting === 'process'
    this.#refusesAtStart = engine === 'apache-kafka'
    this.#cluster = new LifeCluster({ ...setting, brokers: 3 }, timeline)
    const what = engine === 'embedded' ? `${engine}, hosting ${hosting}` : engine
    timeline.note(`Engine ${what}, version ${version}, data in ${this.#cluster.dataDirectory}`)
  }

  async live(): Promise<void> {
    const { step } = bound(this.#timeline)
    await step('Start the service', () => this.#cluster.startService())
    await step('CreateCluster, three brokers', () => this.#cluster.create())
    await step('Look at it: GetBootstrapBrokers, ListNodes, DescribeCluster', () => this.#look())
    await step('Produce and consume', () => this.#use())
    this.#load = await Load.start(this.#kafka, 'load', partitions)
    this.#timeline.note('From here on a producer writes with acks=all without a break')
    await step('RebootBroker', () => this.#reboot())
    if (this.#hasProcesses) await step('kill -9 of broker 3', () => this.#killBroker())
    await step('UpdateClusterConfiguration', () => this.#configure())
    await step('UpdateSecurity: TLS beside plaintext', () => this.#encrypt())
    await step('UpdateBrokerCount from 3 to 6', () => this.#grow())
    await step('UpdateBrokerCount from 6 to 3', () => this.#shrink())
    const newer = upgrades[this.#version]
    if (newer) await step(`UpdateClusterKafkaVersion to ${newer}`, () => this.#upgrade(newer))
    await step('kill -9 of the service in the middle of RebootBroker 1', () => this.#killService())
    if (this.#refusesAtStart) await step('A configuration that Kafka refuses', () => this.#misconfigure())
    await step('Compare what was acknowledged with what is there', () => this.#verify())
    await step('DeleteCluster', () => this.#delete())
    await step('Stop the service', () => this.#cluster.stopService())
  }

  /** Leaves nothing behind, however it went. */
  async end(): Promise<void> {
    await this.#load?.stop().catch(() => {})
    await this.#cluster.delete().catch(() => {})
    await this.#cluster.close()
  }

  async #look(): Promise<void> {
    this.#kafka = await this.#cluster.kafka()
    const shapes = await this.#cluster.nodeShapes()
    const info = await this.#cluster.describe()
    this.#timeline.note(`  ${await this.#cluster.bootstrap()}`)
    this.#timeline.note(
      `  ${JSON.stringify(shapes)}, ZooKeeper at ${info.ZookeeperConnectString ?? 'no address'}`,
    )
    const isKraft = this.#version.endsWith('.kraft')
    check(shapes.brokers === 3, `ListNodes shows 3 brokers, not ${shapes.brokers}`)
    check(isKraft === (shapes.zookeepers === 0), 'ListNodes shows ZooKeeper nodes where there are such')
    check(isKraft === !info.ZookeeperConnectString, 'DescribeCluster tells where ZooKeeper is')
  }

  async #use(): Promise<void> {
    const admin = this.#kafka.admin()
    await admin.connect()
    await createTopics(
      admin,
      ['orders', 'load'].map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: 3,
        configEntries: [{ name: 'min.insync.replicas', value: '2' }],
      })),
    )
    await admin.disconnect()
    const producer = this.#kafka.producer()
    await producer.connect()
    const sent = Array.from({ length: 1000 }, (_, at) => `order ${at}`)
    await producer.send({ topic: 'orders', acks: -1, messages: sent.map((value) => ({ key: value, value })) })
    await producer.disconnect()
    // Brokers that have just begun may have kafkajs send again what is there already.
    const received = await valuesIn(this.#kafka, 'orders', 'first-readers')
    const missing = sent.filter((value) => !received.includes(value))
    check(missing.length === 0, `kafkajs reads all ${sent.length} records, not without ${missing.join(', ')}`)
    this.#orders = received.length
    const byKcat = await this.#readByKcat('orders')
    check(
      byKcat === null || byKcat === received.length,
      `kcat reads ${received.length} records, got ${byKcat}`,
    )
    this.#timeline.note(`  1,000 records with acks=all, read by kafkajs${byKcat === null ? '' : ' and kcat'}`)
  }

  /** Null where there is no kcat. */
  async #readByKcat(topic: string): Promise<number | null> {
    try {
      const args = ['-b', await this.#cluster.bootstrap(), '-C', '-t', topic, '-o', 'beginning', '-e', '-q']
      const { stdout } = await promisify(execFile)('kcat', args, { timeout: 60_000 })
      return stdout.split('\n').filter((line) => line !== '').length
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  async #reboot(): Promise<void> {
    const before = await this.#cluster.pids()
    const { state } = await this.#cluster.operationEnded(await this.#cluster.reboot(2))
    check(state === 'REBOOT_COMPLETE', `the reboot is complete, not ${state}`)
    this.#checkPids(before, await this.#cluster.pids(), ['broker 2'])
  }

  async #killBroker(): Promise<void> {
    const before = await this.#cluster.pids()
    process.kill(before.get('broker 3') as number, 'SIGKILL')
    await this.#cluster.leaves('ACTIVE')
    await this.#cluster.settled()
    this.#checkPids(before, await this.#cluster.pids(), ['broker 3'])
  }

  async #configure(): Promise<void> {
    const before = await this.#cluster.pids()
    const operation = await this.#cluster.configure('larger', 'num.partitions=5\nmessage.max.bytes=2000000\n')
    const { state } = await this.#cluster.operationEnded(operation)
    check(state === 'UPDATE_COMPLETE', `the update is complete, not ${state}`)
    // Controllers too, where they need to know.
    if (this.#hasProcesses)
      this.#checkNew(before, await this.#cluster.pids(), ['broker 1', 'broker 2', 'broker 3'])
    check(
      (await this.#brokerProperty('message.max.bytes')) === '2000000',
      'DescribeConfigs shows the new value',
    )
  }

  async #encrypt(): Promise<void> {
    const { state } = await this.#cluster.operationEnded(await this.#cluster.encrypt())
    check(state === 'UPDATE_COMPLETE', `the update is complete, not ${state}`)
    const received = await valuesIn(await this.#cluster.encryptedKafka(), 'orders', 'encrypted-readers')
    check(
      received.length === this.#orders,
      `kafkajs reads ${this.#orders} records over TLS, got ${received.length}`,
    )
  }

  async #brokerProperty(name: string): Promise<string | undefined> {
    const admin = this.#kafka.admin()
    await admin.connect()
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: '1', configNames: [name] }],
    })
    await admin.disconnect()
    return resources[0]?.configEntries[0]?.configValue
  }

  async #grow(): Promise<void> {
    const before = await this.#cluster.pids()
    const { state } = await this.#cluster.operationEnded(await this.#cluster.resize(6))
    check(state === 'UPDATE_COMPLETE', `the update is complete, not ${state}`)
    const after = await this.#cluster.pids()
    this.#checkPids(before, after, ['broker 4', 'broker 5', 'broker 6'])
    const admin = this.#kafka.admin()
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    await admin.disconnect()
    check(brokers.length === 6, `clients see six brokers, not ${brokers.length}`)
  }

  /** Its internal topics leave the brokers with them; those of users are not there. */
  async #shrink(): Promise<void> {
    const { state, error } = await this.#cluster.operationEnded(await this.#cluster.resize(3))
    check(state === 'UPDATE_COMPLETE', `the update is complete, not ${state}: ${error}`)
    const admin = this.#kafka.admin()
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    await admin.disconnect()
    check(brokers.length === 3, `clients see three brokers, not ${brokers.length}`)
  }

  async #upgrade(version: string): Promise<void> {
    const { state } = await this.#cluster.operationEnded(await this.#cluster.upgrade(version))
    check(state === 'UPDATE_COMPLETE', `the update is complete, not ${state}`)
    const { CurrentBrokerSoftwareInfo } = await this.#cluster.describe()
    check(CurrentBrokerSoftwareInfo?.KafkaVersion === version, `the cluster has version ${version}`)
  }

  async #killService(): Promise<void> {
    const before = await this.#cluster.pids()
    const operation = await this.#cluster.reboot(1)
    // The work is under way when the broker has stopped; one without a process stops with the service.
    if (this.#hasProcesses)
      await until('the stop of broker 1', 60_000, async () => {
        return isRunning(before.get('broker 1') as number) ? undefined : true
      })
    await this.#cluster.killService()
    this.#timeline.note('  the service is dead; it is started again')
    await this.#cluster.startService()
    const { state } = await this.#cluster.operationEnded(operation)
    check(state === 'REBOOT_COMPLETE', `the reboot is complete, not ${state}`)
    this.#checkPids(before, await this.#cluster.pids(), ['broker 1'])
  }

  async #misconfigure(): Promise<void> {
    // A socket cannot have such a buffer: the broker ends at its start.
    const operation = await this.#cluster.configure('impossible', 'socket.receive.buffer.bytes=-3\n')
    const { state, error } = await this.#cluster.operationEnded(operation)
    check(state === 'UPDATE_FAILED', `the update has failed, not ${state}`)
    check(error !== '', 'the operation says why')
    check((await this.#brokerProperty('message.max.bytes')) === '2000000', 'the former configuration holds')
  }

  async #verify(): Promise<void> {
    const load = this.#load as Load
    await load.stop()
    this.#load = null
    const found = new Set(await valuesIn(this.#kafka, 'load', 'last-readers'))
    const lost = load.acknowledged.filter((value) => !found.has(value))
    this.#timeline.note(
      `  ${load.acknowledged.length} records acknowledged, ${lost.length} lost, ${load.failures.length} calls failed for good, the slowest call took ${Math.round(load.slowestMs)} ms`,
    )
    for (const failure of load.failures.slice(0, 5)) this.#timeline.note(`  ${failure}`)
    check(lost.length === 0, 'nothing acknowledged is lost')
    check(load.failures.length === 0, 'no call failed for good')
  }

  async #delete(): Promise<void> {
    const { brokers } = await this.#cluster.status()
    const directory = dirname(brokers[0]?.dataDirectory ?? '')
    const pids = [...(await this.#cluster.pids()).values()]
    await this.#cluster.delete()
    if (this.#hasProcesses) {
      const left = pids.filter(isRunning)
      check(left.length === 0, `no process is left, but ${left.join(', ')}`)
    }
    check(!isThere(directory), `no directory is left, but ${directory}`)
    this.#timeline.note(`  no process and no directory is left`)
  }

  /** Those processes are new, and all others are the same. */
  #checkPids(before: Map<string, number>, after: Map<string, number>, changed: readonly string[]): void {
    if (!this.#hasProcesses) return
    const others = this.#checkNew(before, after, changed)
    check(others.length === 0, `all other processes are the same, but ${others.join(', ')}`)
  }

  /** Those processes are new; gives the other ones that are. */
  #checkNew(before: Map<string, number>, after: Map<string, number>, changed: readonly string[]): string[] {
    const different = [...after].filter(([node, pid]) => before.get(node) !== pid).map(([node]) => node)
    this.#timeline.note(`  new processes: ${different.join(', ')}`)
    const missing = changed.filter((node) => !different.includes(node))
    check(missing.length === 0, `a new process for ${missing.join(', ')}`)
    return different.filter((node) => !changed.includes(node))
  }
}

function bound(timeline: Timeline) {
  return { step: <T>(title: string, run: () => Promise<T>) => timeline.step(title, run) }
}

function check(isSo: boolean, expected: string): asserts isSo {
  if (!isSo) throw new Error(`Expected: ${expected}`)
}

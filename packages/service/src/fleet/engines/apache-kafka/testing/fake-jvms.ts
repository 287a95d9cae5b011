import type {
  Listener,
  MemoryDisk,
  MemoryNetwork,
  MemoryProcess,
  MemoryProcesses,
  Socket,
} from '@sluice/effects'
import {
  type Api,
  ApiVersions,
  apiByKey,
  DescribeConfigs,
  DescribeQuorum,
  decodeRequestHeader,
  encodeResponseFrame,
  IncrementalAlterConfigs,
  Metadata,
  metadataTopic,
  Reader,
  UnregisterBroker,
  UpdateFeatures,
} from '@sluice/wire'

interface FakeNode {
  role: 'broker' | 'controller' | 'zookeeper'
  nodeId: number
  process: MemoryProcess
  config: Record<string, string>
  listeners: Listener[]
  sockets: Set<Socket>
  /** Does it listen and never answer? */
  hangs: boolean
}

interface FakeTopic {
  name: string
  isInternal?: boolean
  partitions: { leaderId: number; replicaNodes: number[]; isrNodes: number[] }[]
}

const served: Api[] = [
  ApiVersions,
  Metadata,
  DescribeQuorum,
  DescribeConfigs,
  IncrementalAlterConfigs,
  UpdateFeatures,
  UnregisterBroker,
]

/**
 * What the JVMs of one cluster do, for tests of the engine: each process that is spawned reads the configuration
 * that it was given, listens where that says, and answers as Kafka or ZooKeeper does to the few things that the
 * engine asks. `kafka.tools.StorageTool` writes a meta.properties.
 */
export class FakeJvms {
  readonly nodes: FakeNode[] = []
  topics: FakeTopic[] = []
  finalized: { name: string; maxVersionLevel: number }[] = []
  /** Of all brokers, by name. */
  dynamicDefaults: Record<string, string> = {}
  /** Brokers that are dead and still have a ZooKeeper session. */
  readonly lingering = new Set<number>()
  readonly unregistered: number[] = []
  /** Configurations that were formatted, by node id. */
  readonly formatted: string[] = []
  /** The log of a node that dies at its start; null where it lives. */
  dies: (config: Record<string, string>) => string | null = () => null
  /** Do all of them listen and never answer? */
  hangs = false
  readonly #network: MemoryNetwork
  readonly #disk: MemoryDisk

  constructor(network: MemoryNetwork, disk: MemoryDisk, processes: MemoryProcesses) {
    this.#network = network
    this.#disk = disk
    processes.onSpawn = (process) => void this.#boot(process)
    processes.onRun = (_command, args) => this.#format(args)
  }

  node(role: FakeNode['role'], nodeId: number): FakeNode {
    const found = this.nodes.find((node) => node.role === role && node.nodeId === nodeId)
    if (!found) throw new Error(`${role} ${nodeId} does not run`)
    return found
  }

  async #boot(process: MemoryProcess): Promise<void> {
    process.onSigterm = { code: 143, signal: null }
    const [mainClass, path] = process.args.slice(-2) as [string, string]
    const config = this.#configOf(path)
    const log = this.dies(config)
    if (log !== null) {
      this.#disk.writeFileAtomicSync(path.replace(/config\/[^/]*$/, 'logs/server.log'), log)
      process.end({ code: 1 })
      return
    }
    const isZooKeeper = mainClass.endsWith('QuorumPeerMain')
    const role = isZooKeeper
      ? 'zookeeper'
      : config['process.roles'] === 'controller'
        ? 'controller'
        : 'broker'
    const nodeId = Number(
      isZooKeeper
        ? this.#disk.readFileSync(`${config.dataDir}/myid`).toString()
        : (config['node.id'] ?? config['broker.id']),
    )
    const node: FakeNode = { role, nodeId, process, config, listeners: [], sockets: new Set(), hangs: false }
    void process.ended.then(() => this.#end(node))
    if (role === 'broker' && config['broker.id'] !== undefined)
      this.#disk.writeFileAtomicSync(`${config['log.dirs']}/meta.properties`, 'cluster.id=of-zookeeper\n')
    for (const port of portsOf(node)) {
      const listener = await this.#network.listen({ host: '127.0.0.1', port }, (socket) =>
        this.#accept(node, socket),
      )
      node.listeners.push(listener)
    }
    if (process.status === null) this.nodes.push(node)
    else await this.#end(node)
  }

  async #end(node: FakeNode): Promise<void> {
    const at = this.nodes.indexOf(node)
    if (at >= 0) this.nodes.splice(at, 1)
    for (const socket of node.sockets) socket.destroy()
    for (const listener of node.listeners.splice(0)) await listener.close()
  }

  #format(args: readonly string[]) {
    const config = this.#configOf(args[args.indexOf('--config') + 1] ?? '')
    const clusterId = args[args.indexOf('--cluster-id') + 1]
    if (config['num.partitions'] === '0') {
      const output = 'Exception in thread "main" ConfigException: num.partitions\n\tat Tool.main(Tool.java)\n'
      return { code: 1, signal: null, output }
    }
    this.formatted.push(config['node.id'] ?? '')
    const text = `version=1\nnode.id=${config['node.id']}\ncluster.id=${clusterId}\n`
    this.#disk.mkdirSync(config['log.dirs'] ?? '')
    this.#disk.writeFileAtomicSync(`${config['log.dirs']}/meta.properties`, text)
    return { code: 0, signal: null, output: '' }
  }

  #configOf(path: string): Record<string, string> {
    const lines = this.#disk.readFileSync(path).toString().trim().split('\n')
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  }

  #accept(node: FakeNode, socket: Socket) {
    const buffer = new Uint8Array(4096)
    let pending = Buffer.alloc(0)
    node.sockets.add(socket)
    return {
      receiveBuffer: () => buffer,
      onRead: (length: number) => {
        if (this.hangs || node.hangs) return
        pending = Buffer.concat([pending, buffer.subarray(0, length)])
        if (node.role === 'zookeeper') {
          socket.write(Buffer.from(this.#wordAnswer(node, pending.toString())))
          socket.end()
          return
        }
        while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
          const end = 4 + pending.readInt32BE(0)
          socket.write(this.#answer(pending.subarray(4, end)))
          pending = pending.subarray(end)
        }
      },
      onDrain() {},
      onClose: () => void node.sockets.delete(socket),
    }
  }

  #wordAnswer(node: FakeNode, word: string): string {
    const members = this.nodes.filter(({ role }) => role === 'zookeeper')
    const leader = members.length > 1 ? members[0] : undefined
    if (word === 'ruok') return 'imok'
    if (!leader) return 'This ZooKeeper instance is not currently serving requests\n'
    if (word === 'srvr') return `Zookeeper version: 3.8.4\nMode: ${node === leader ? 'leader' : 'follower'}\n`
    if (node !== leader) return 'ZooKeeper server is not the leader\n'
    const brokers = this.nodes.filter(({ role }) => role === 'broker').map(({ nodeId }) => nodeId)
    return `Sessions with Ephemerals (1):\n0x1:\n${[...brokers, ...this.lingering].map((id) => `\t/brokers/ids/${id}\n`).join('')}`
  }

  #answer(frame: Buffer): Buffer {
    const reader = new Reader(frame)
    const header = decodeRequestHeader(reader)
    const api = apiByKey.get(header.requestApiKey) as Api
    const version = header.requestApiVersion
    const request = api.request.decode(reader, version)
    return encodeResponseFrame(api, version, header.correlationId, this.#response(api, request) as object)
  }

  #response(api: Api, request: unknown): object {
    if (api === ApiVersions) return this.#apiVersions()
    if (api === Metadata) return this.#metadata((request as { topics: unknown }).topics === null)
    if (api === DescribeQuorum) return this.#quorum()
    if (api === DescribeConfigs) {
      const configs = Object.entries(this.dynamicDefaults).map(([name, value]) => ({ name, value }))
      return { results: [{ resourceType: 4, resourceName: '', configs }] }
    }
    if (api === IncrementalAlterConfigs) {
      const { resources } = request as { resources: { configs: { name: string; value: string }[] }[] }
      for (const { name, value } of resources[0]?.configs ?? []) this.dynamicDefaults[name] = value
      return { responses: [{ resourceType: 4, resourceName: '' }] }
    }
    if (api === UnregisterBroker) {
      const { brokerId } = request as { brokerId: number }
      const known = !this.unregistered.includes(brokerId)
      if (known) this.unregistered.push(brokerId)
      return { errorCode: known ? 0 : 102 }
    }
    const { featureUpdates } = request as { featureUpdates: { feature: string; maxVersionLevel: number }[] }
    for (const { feature, maxVersionLevel } of featureUpdates)
      this.finalized.push({ name: feature, maxVersionLevel })
    return { errorCode: 0, results: [] }
  }

  #apiVersions() {
    return {
      apiKeys: served.map(({ apiKey, minVersion, maxStableVersion }) => ({
        apiKey,
        minVersion,
        maxVersion: maxStableVersion,
      })),
      finalizedFeatures: this.finalized.map((level) => ({ ...level, minVersionLevel: 0 })),
    }
  }

  #metadata(all: boolean) {
    const brokers = this.nodes.filter(({ role }) => role === 'broker')
    return {
      brokers: brokers.map((node) => ({
        nodeId: node.nodeId,
        host: '127.0.0.1',
        port: portsOf(node)[0] ?? 0,
      })),
      topics: (all ? this.topics : []).map(({ name, isInternal = false, partitions }) => ({
        name,
        isInternal,
        partitions: partitions.map((partition, partitionIndex) => ({ ...partition, partitionIndex })),
      })),
    }
  }

  #quorum() {
    const controllers = this.nodes.filter(({ role }) => role === 'controller')
    const voters = controllers[0]?.config['controller.quorum.voters']?.split(',') ?? []
    const currentVoters = voters.map((voter) => {
      const replicaId = Number(voter.split('@')[0])
      const runs = controllers.some(({ nodeId }) => nodeId === replicaId)
      return { replicaId, logEndOffset: 1, lastCaughtUpTimestamp: runs ? 100_000 : 1 }
    })
    const leaderId = controllers.length > 1 ? (controllers[0]?.nodeId ?? -1) : -1
    return { topics: [{ topicName: metadataTopic, partitions: [{ leaderId, currentVoters }] }] }
  }
}

function portsOf({ role, config }: FakeNode): number[] {
  if (role === 'zookeeper') return [Number(config.clientPort)]
  return (config.listeners ?? '').split(',').map((url) => Number(url.split(':').at(-1)))
}

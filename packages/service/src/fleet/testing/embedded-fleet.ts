import type { CreateClusterRequest } from '@aws-sdk/client-kafka'
import {
  MemoryDisk,
  MemoryNetwork,
  MemoryProcesses,
  seededRandom,
  silentLogger,
  TestClock,
} from '@sluice/effects'
import { vi } from 'vitest'
import { ClusterFaults } from '../engines/embedded/faults/cluster-faults.ts'
import type { NodeProgram } from '../engines/embedded/process-cluster.ts'
import { runNodesIn, testProgram } from '../engines/embedded/testing/node-processes.ts'
import { embeddedEngine } from '../engines/embedded.ts'
import type { Engine, Hosting } from '../engines/engine.ts'
import { enginesOf } from '../engines/engines.ts'
import { createFleet, type Fleet, type FleetOptions } from '../fleet.ts'

type Security = Pick<CreateClusterRequest, 'EncryptionInfo' | 'ClientAuthentication'>

const plaintext: Security = { EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } } }

/** A fleet of embedded clusters, not started yet, on a clock, a disk and a network in memory. */
export class EmbeddedFleet {
  readonly clock: TestClock
  readonly disk: MemoryDisk
  readonly network: MemoryNetwork
  readonly processes: MemoryProcesses
  readonly faults: ClusterFaults | undefined
  readonly engine: Engine
  readonly fleet: Fleet

  /** The disk of another one, its clock and its network go on, and so do the processes that it has left. */
  constructor(
    {
      clock = new TestClock(),
      disk = new MemoryDisk(),
      network = new MemoryNetwork(),
      processes = new MemoryProcesses(),
    } = {},
    options: Pick<FleetOptions, 'metadataLossAccepted' | 'identities' | 'pages' | 'pace' | 'hurried'> & {
      hosting?: Hosting
      program?: NodeProgram
      /** Started for development: things go wrong on purpose. */
      isForDevelopment?: boolean
    } = {},
  ) {
    this.clock = clock
    this.disk = disk
    this.network = network
    this.processes = processes
    const effects = { clock, disk, network, processes, random: seededRandom(3), logger: silentLogger }
    runNodesIn(processes, effects)
    this.faults = options.isForDevelopment ? new ClusterFaults(effects, '/data') : undefined
    this.faults?.setUp()
    this.engine = embeddedEngine(effects, options.program ?? testProgram, { faults: this.faults })
    this.fleet = createFleet({
      dataDirectory: '/data',
      engines: enginesOf([this.engine], this.engine.name, options.hosting),
      region: 'us-east-1',
      account: '000000000000',
      effects,
      ...options,
    })
  }

  /** Throws where the cluster is refused. */
  create(name: string, brokers = 3, tags: Record<string, string> = {}, security: Security = plaintext): void {
    const result = this.fleet.clusters.create({
      ClusterName: name,
      KafkaVersion: this.engine.defaultKafkaVersion,
      NumberOfBrokerNodes: brokers,
      BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m7g.large' },
      ...security,
      Tags: tags,
    })
    if (!('record' in result)) throw new Error(`not created: ${JSON.stringify(result)}`)
  }

  /** Its service is killed: what a later one finds, with the brokers that run on. */
  killed(): { clock: TestClock; disk: MemoryDisk; network: MemoryNetwork; processes: MemoryProcesses } {
    const { clock, disk, network, processes } = this
    processes.die()
    return { clock, disk, network, processes: processes.laterProcess() }
  }

  /** Time goes on until the work is done. */
  async driven<T>(work: Promise<T>): Promise<T> {
    let isDone = false
    const end = () => (isDone = true)
    work.then(end, end)
    while (!isDone) await this.clock.advance(20)
    return work
  }

  /** Looks while time goes on. */
  eventually<T>(look: () => T | Promise<T>): Promise<T> {
    const looked = async () => {
      await this.clock.advance(100)
      return look()
    }
    return vi.waitFor(looked, { timeout: 20_000, interval: 1 })
  }
}

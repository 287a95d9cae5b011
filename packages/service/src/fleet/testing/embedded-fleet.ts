import {
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  silentLogger,
  systemProcesses,
  TestClock,
} from '@sluice/effects'
import { vi } from 'vitest'
import { embeddedEngine } from '../engines/embedded.ts'
import type { Engine } from '../engines/engine.ts'
import { enginesOf } from '../engines/engines.ts'
import { createFleet, type Fleet, type FleetOptions } from '../fleet.ts'

/** A fleet of embedded clusters, not started yet, on a clock, a disk and a network in memory. */
export class EmbeddedFleet {
  readonly clock: TestClock
  readonly disk: MemoryDisk
  readonly network = new MemoryNetwork()
  readonly engine: Engine
  readonly fleet: Fleet

  /** The disk of another one, and its clock, go on. */
  constructor(
    { clock = new TestClock(), disk = new MemoryDisk() } = {},
    options: Pick<FleetOptions, 'metadataLossAccepted'> = {},
  ) {
    this.clock = clock
    this.disk = disk
    const { network } = this
    const processes = systemProcesses()
    const effects = { clock, disk, network, processes, random: seededRandom(3), logger: silentLogger }
    this.engine = embeddedEngine(effects)
    this.fleet = createFleet({
      dataDirectory: '/data',
      engines: enginesOf([this.engine], this.engine.name),
      region: 'us-east-1',
      account: '000000000000',
      effects,
      ...options,
    })
  }

  /** Throws where the cluster is refused. */
  create(name: string, brokers = 3, tags: Record<string, string> = {}): void {
    const result = this.fleet.clusters.create({
      ClusterName: name,
      KafkaVersion: this.engine.defaultKafkaVersion,
      NumberOfBrokerNodes: brokers,
      BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m7g.large' },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
      Tags: tags,
    })
    if (!('record' in result)) throw new Error(`not created: ${JSON.stringify(result)}`)
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

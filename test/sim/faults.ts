import type { Random } from '@sluice/effects'
import { brokerHost } from './clients/cluster-client.ts'
import type { LostWrites } from './lost-writes.ts'
import type { MetadataView } from './metadata-view.ts'
import type { SimNetwork } from './network.ts'
import type { Scheduler } from './scheduler.ts'
import { controllerId, nameOf, type SimCluster } from './sim-cluster.ts'
import type { Story } from './story.ts'

interface FaultsWorld {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly story: Story
  readonly cluster: SimCluster
  readonly network: SimNetwork
  readonly metadata: MetadataView
  readonly lostWrites: LostWrites
  readonly clientHosts: readonly string[]
  /** Power may go wherever it likes, and what was promised with it. */
  readonly isMerciless: boolean
  /** One service hosts all of them: they are killed together, too. */
  readonly isOneService: boolean
}

type Fault = (faults: Faults) => void

type Kinds = Readonly<Record<string, { readonly weight: number; readonly begin: Fault }>>

/** What may go wrong, with how often. */
const kinds: Kinds = {
  kill: { weight: 4, begin: (faults) => faults.crash(faults.anyBroker(), false) },
  powerCut: { weight: 4, begin: (faults) => faults.crash(faults.anyBroker(), true) },
  diesWriting: { weight: 3, begin: (faults) => faults.dieWriting() },
  cleanStop: { weight: 2, begin: (faults) => faults.stop(faults.anyBroker()) },
  controllerKill: { weight: 1, begin: (faults) => faults.crash(controllerId, false) },
  controllerPowerCut: { weight: 1, begin: (faults) => faults.crash(controllerId, true) },
  controllerStop: { weight: 1, begin: (faults) => faults.stop(controllerId) },
  newDisk: { weight: 1, begin: (faults) => faults.newDisk() },
  isolate: { weight: 3, begin: (faults) => faults.isolate() },
  partition: { weight: 3, begin: (faults) => faults.cutLink() },
  slowLink: { weight: 2, begin: (faults) => faults.slowLink() },
  resets: { weight: 2, begin: (faults) => faults.loseWrites() },
  slowDisk: { weight: 2, begin: (faults) => faults.slowDisk() },
  fullDisk: { weight: 1, begin: (faults) => faults.fullDisk() },
  failingDisk: { weight: 1, begin: (faults) => faults.failingDisk() },
  clockJump: { weight: 1, begin: (faults) => faults.jumpClock() },
  hang: { weight: 2, begin: (faults) => faults.hang() },
}

const kindsOfOneService: Kinds = {
  ...kinds,
  serviceKill: { weight: 8, begin: (faults) => faults.killTogether() },
}

/**
 * What goes wrong in one simulation, and when: some kinds of faults, picked by the seed, at random times, each of them for
 * a while.
 */
export class Faults {
  readonly #world: FaultsWorld
  readonly #begins: Fault[] = []
  readonly #pauseMsMax: number
  #areOver = false

  constructor(world: FaultsWorld) {
    this.#world = world
    const { random, isOneService } = world
    this.#pauseMsMax = 100 + random.int(1_500)
    const mercy = random.int(3)
    for (const [name, { weight, begin }] of Object.entries(isOneService ? kindsOfOneService : kinds)) {
      if (random.int(3) < mercy) continue
      world.story.tell('faults', `may be: ${name}`)
      for (let i = 0; i < weight; i++) this.#begins.push(begin)
    }
  }

  async run(forMs: number): Promise<void> {
    const { scheduler, random } = this.#world
    const endMs = scheduler.nowMs + forMs
    while (scheduler.nowMs < endMs && this.#begins.length > 0) {
      await scheduler.sleep(20 + random.int(this.#pauseMsMax))
      this.#begins[random.int(this.#begins.length)]?.(this)
    }
    await scheduler.sleep(Math.max(0, endMs - scheduler.nowMs))
  }

  /** From now on all is well, and whoever is down comes back. */
  end(): void {
    const { cluster, network, story } = this.#world
    this.#areOver = true
    story.tell('faults', 'are over')
    network.mendAll()
    for (const id of this.#nodeIds) {
      cluster.node(id).endFaults()
      cluster.startAgain(id)
    }
  }

  anyBroker(): number {
    const { cluster, random } = this.#world
    return cluster.brokerIds[random.int(cluster.brokerIds.length)] as number
  }

  crash(id: number, power: boolean): void {
    const { cluster, random } = this.#world
    if (power && !this.#mayLose(id)) return
    cluster.crash(id, { power })
    this.#later(random.int(4) === 0 ? 0 : random.int(4_000), () => cluster.startAgain(id))
  }

  stop(id: number): void {
    const { cluster, random } = this.#world
    cluster.stopCleanly(id)
    this.#later(random.int(3_000), () => cluster.startAgain(id))
  }

  /** Its end comes between two things that it does to its disk. */
  dieWriting(): void {
    const { cluster, random, story } = this.#world
    const id = this.#anyNode()
    const { faults } = cluster.node(id)
    const power = random.int(2) === 0
    faults.diesAfter = random.int(60)
    faults.diesWithPower = () => power && this.#mayLose(id)
    story.tell(nameOf(id), `will die in ${faults.diesAfter} operations of its disk`)
    this.#later(300 + random.int(4_000), () => {
      faults.diesAfter = -1
      cluster.startAgain(id)
    })
  }

  newDisk(): void {
    const { cluster } = this.#world
    const id = this.anyBroker()
    if (!this.#mayLose(id)) return
    cluster.crash(id, { power: true })
    this.#replaceDisk(id)
  }

  /** Perhaps one of them comes back with an empty disk. */
  killTogether(): void {
    const { cluster, random } = this.#world
    for (const id of this.#nodeIds) cluster.crash(id, { power: false })
    const broken = random.int(2) === 0 ? this.anyBroker() : null
    for (const id of this.#nodeIds)
      if (id === broken) this.#replaceDisk(id)
      else this.#later(random.int(2_000), () => cluster.startAgain(id))
  }

  #replaceDisk(id: number): void {
    const { cluster, random } = this.#world
    this.#later(200 + random.int(1_000), () => this.#mayLose(id) && cluster.replaceDisk(id))
    this.#later(1_500 + random.int(3_000), () => cluster.startAgain(id))
  }

  /** Of one host from some others, or from all. */
  isolate(): void {
    const { random, story } = this.#world
    const host = brokerHost(this.anyBroker())
    const others = this.#hosts.filter((other) => other !== host && random.int(4) > 0)
    story.tell(host, `is cut off from ${others.join(' ')}`)
    for (const other of others) this.#cut([host, other], [other, host])
  }

  /** Between two hosts, perhaps in one direction only. */
  cutLink(): void {
    const { random, story } = this.#world
    const [one, other] = this.#twoHosts()
    const isBoth = random.int(3) > 0
    story.tell(one, `is cut off from ${other}${isBoth ? '' : ', and hears it'}`)
    this.#cut([one, other], ...(isBoth ? [[other, one] as const] : []))
  }

  slowLink(): void {
    const { random, network, story } = this.#world
    const [one, other] = this.#twoHosts()
    const ms = 20 + random.int(800)
    story.tell(one, `needs up to ${ms} ms to ${other}`)
    const link = network.link(one, other)
    link.slow(ms)
    this.#later(500 + random.int(4_000), () => link.mend())
  }

  loseWrites(): void {
    const { network, random, story } = this.#world
    network.oneInLost = 5 + random.int(100)
    story.tell('network', `one write in ${network.oneInLost} costs its connection`)
    this.#later(300 + random.int(3_000), () => {
      network.oneInLost = 0
    })
  }

  slowDisk(): void {
    const { cluster, random, story } = this.#world
    const id = this.#anyNode()
    const { faults } = cluster.node(id)
    faults.syncMsMax = 20 + random.int(1_500)
    story.tell(nameOf(id), `needs up to ${faults.syncMsMax} ms for a sync`)
    this.#later(500 + random.int(4_000), () => {
      faults.syncMsMax = 4
    })
  }

  fullDisk(): void {
    const { cluster, random, story } = this.#world
    const id = this.#anyNode()
    const { faults } = cluster.node(id)
    cluster.diskFails(id)
    faults.isFull = true
    story.tell(nameOf(id), 'has a full disk')
    this.#later(200 + random.int(3_000), () => {
      faults.isFull = false
    })
  }

  failingDisk(): void {
    const { cluster, random, story } = this.#world
    const id = this.#anyNode()
    const { failing } = cluster.node(id).faults
    const operations = ['write', 'read', 'sync', 'synced', 'writeFileAtomic', 'open', 'truncate', 'rename']
    const operation = operations[random.int(operations.length)] as string
    cluster.diskFails(id)
    failing.set(operation, 1 + random.int(10))
    story.tell(nameOf(id), `has a disk that fails one ${operation} in ${failing.get(operation)}`)
    this.#later(200 + random.int(3_000), () => failing.delete(operation))
  }

  jumpClock(): void {
    const { cluster, random, story } = this.#world
    const id = this.#anyNode()
    const ms = random.int(2_000_000) - 1_000_000
    cluster.node(id).wall.aheadMs += ms
    story.tell(nameOf(id), `sees its clock jump by ${ms} ms`)
  }

  hang(): void {
    const { cluster, random, story } = this.#world
    const id = this.#anyNode()
    const { life } = cluster.node(id)
    life.hang()
    story.tell(nameOf(id), 'hangs')
    this.#later(100 + random.int(6_000), () => {
      life.goOn()
      story.tell(nameOf(id), 'goes on')
    })
  }

  #cut(...links: (readonly [string, string])[]): void {
    const { network, random } = this.#world
    for (const [from, to] of links) network.link(from, to).cut()
    this.#later(200 + random.int(6_000), () => {
      for (const [from, to] of links) network.link(from, to).mend()
    })
  }

  #mayLose(id: number): boolean {
    const { isMerciless, lostWrites, metadata } = this.#world
    return id === controllerId || isMerciless || lostWrites.isBearable(metadata, id)
  }

  #later(ms: number, work: () => void): void {
    this.#world.scheduler.after(ms, () => !this.#areOver && work())
  }

  get #nodeIds(): number[] {
    return [controllerId, ...this.#world.cluster.brokerIds]
  }

  #anyNode(): number {
    const { random } = this.#world
    return random.int(5) === 0 ? controllerId : this.anyBroker()
  }

  get #hosts(): string[] {
    return [...this.#world.cluster.brokerIds.map(brokerHost), 'controller', ...this.#world.clientHosts]
  }

  #twoHosts(): readonly [string, string] {
    const { random } = this.#world
    const one = brokerHost(this.anyBroker())
    const others = this.#hosts.filter((host) => host !== one)
    return [one, others[random.int(others.length)] as string]
  }
}

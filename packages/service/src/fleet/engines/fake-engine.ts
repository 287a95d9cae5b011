import type { Disk, Listener, Network } from '@sluice/effects'
import type { Engine, EnginePlan, NodeFailure, PropertyProblem } from './engine.ts'

/**
 * An engine for tests: its nodes keep a file and listen, and that is all. It obeys the contract of engine.ts,
 * so that what the fleet does with it holds for a real one.
 */
export class FakeEngine implements Engine {
  readonly name = 'fake'
  readonly ignoredProperties = new Set(['num.io.threads'])
  /** Every start that was asked for. */
  readonly plans: EnginePlan[] = []
  /** Thrown by the next starts, the first one first. */
  readonly failures: Error[] = []
  /** While set, starts wait for it. */
  gate: Promise<void> | null = null
  readonly #effects: { disk: Disk; network: Network }
  readonly #alive = new Map<string, (failure: NodeFailure) => void>()

  constructor(effects: { disk: Disk; network: Network }) {
    this.#effects = effects
  }

  checkProperties(properties: Readonly<Record<string, string>>): PropertyProblem[] {
    return Object.keys(properties)
      .filter((name) => !/^(num|auto|log|offsets|min|default|message)\./.test(name))
      .map((name) => ({ name, problem: 'is not a broker property' }))
  }

  async start(plan: EnginePlan, onFailure: (failure: NodeFailure) => void) {
    this.plans.push(plan)
    await this.gate
    const failure = this.failures.shift()
    if (failure) throw failure
    const { disk, network } = this.#effects
    const open: Listener[] = []
    const listen = async ({ host, port }: { host: string; port: number }) => {
      const listener = await network.listen({ host, port }, () => idle)
      open.push(listener)
      return listener
    }
    const stop = async () => {
      this.#alive.delete(plan.directory)
      await Promise.all(open.splice(0).map((listener) => listener.close()))
    }
    try {
      await listen(plan.controller)
      const brokers = []
      for (const { nodeId, listeners } of plan.brokers) {
        const directory = `${plan.directory}/broker-${nodeId}/volume-1`
        disk.mkdirSync(directory)
        disk.writeFileAtomicSync(`${directory}/data`, 'kept')
        const bound = []
        for (const wanted of listeners) {
          const { host, port } = await listen(wanted)
          bound.push({ name: wanted.name, host, port })
        }
        brokers.push({ nodeId, pid: 1, directory, listeners: bound })
      }
      this.#alive.set(plan.directory, onFailure)
      return { clusterId: 'AAAAAAAAAAAAAAAAAAAAAQ', brokers, stop }
    } catch (error) {
      await stop()
      throw error
    }
  }

  /** How many clusters run. */
  get running(): number {
    return this.#alive.size
  }

  /** A broker of each running cluster stops by itself. */
  fail(reason: string): void {
    for (const onFailure of this.#alive.values()) onFailure({ nodeId: 1, reason })
  }
}

const idle = { receiveBuffer: () => new Uint8Array(16), onRead() {}, onDrain() {}, onClose() {} }

// Connections to the brokers of a side, and what every load asks first.
import { Connection } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import { CreateTopics, FindCoordinator, Metadata } from '@sluice/wire'

const network = systemNetwork()
const clock = systemClock()
const requestTimeoutMs = 60_000
/** While a topic or a coordinator comes up, or a transaction before is not all done. */
const notYet = new Set([3, 5, 6, 14, 15, 16, 51])
export const group = 0
export const transaction = 1

export const open = ({ host, port }) =>
  Connection.open({ network, host, port, clock, requestTimeoutMs, clientId: 'bench' })

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks again while it is not time yet. */
export async function insist(ask, codeOf = ({ errorCode }) => errorCode) {
  for (;;) {
    const answer = await ask()
    const code = codeOf(answer)
    if (code === 0) return answer
    if (!notYet.has(code)) throw new Error(`error ${code}: ${JSON.stringify(answer)}`)
    await sleep(2)
  }
}

export const isPassing = (code) => notYet.has(code)

const firstError = (items) => items.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0

/** The brokers of a side, with a connection to each that is asked something. */
export class Brokers {
  #first
  #opening = new Map()

  constructor(first) {
    this.#first = first
  }

  any() {
    return this.to(this.#first)
  }

  to({ host, port }) {
    const key = `${host}:${port}`
    if (!this.#opening.has(key)) this.#opening.set(key, open({ host, port }))
    return this.#opening.get(key)
  }

  /** Addresses of those who coordinate these, by key, once all have come up. */
  async coordinators(keyType, coordinatorKeys) {
    const connection = await this.any()
    const { coordinators } = await insist(
      () => connection.send(FindCoordinator, 4, { keyType, coordinatorKeys }),
      (answer) => firstError(answer.coordinators),
    )
    return new Map(coordinators.map(({ key, host, port }) => [key, { host, port }]))
  }

  async coordinator(keyType, key) {
    return this.to((await this.coordinators(keyType, [key])).get(key))
  }

  /** Replicated as the brokers' own setting says; resolves when each partition is led, and all its replicas are in sync. */
  async makeTopic(name, numPartitions) {
    const connection = await this.any()
    const topic = { name, numPartitions, replicationFactor: -1 }
    const { topics } = await connection.send(CreateTopics, 7, { topics: [topic], timeoutMs: 30_000 })
    if (topics[0].errorCode !== 0) throw new Error(`topic ${name}: ${topics[0].errorCode}`)
    await this.leaders(name)
    return topics[0].topicId
  }

  /** A connection to the leader of each partition. */
  async leaders(name) {
    const connection = await this.any()
    const { brokers, topics } = await insist(
      () => connection.send(Metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false }),
      ({ topics: [{ errorCode, partitions }] }) => errorCode || codeOfPartitions(partitions),
    )
    const partitions = topics[0].partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex)
    return Promise.all(
      partitions.map(({ leaderId }) => this.to(brokers.find(({ nodeId }) => nodeId === leaderId))),
    )
  }
}

function codeOfPartitions(partitions) {
  const isLed = ({ leaderId, replicaNodes, isrNodes }) =>
    leaderId >= 0 && isrNodes.length === replicaNodes.length
  return firstError(partitions) || (partitions.every(isLed) ? 0 : 5)
}

/** In milliseconds. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}

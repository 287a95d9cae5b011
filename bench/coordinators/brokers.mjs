// Connections to the one broker of a side, and what every load asks first.
import { Connection } from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import { CreateTopics, FindCoordinator, ListOffsets } from '@sluice/wire'

const network = systemNetwork()
const clock = systemClock()
const requestTimeoutMs = 60_000
/** While a topic or a coordinator comes up, or a transaction before is not all done. */
export const notYet = new Set([3, 6, 14, 15, 16, 51])
const latest = -1

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

export async function makeTopic(connection, name, numPartitions) {
  const { topics } = await connection.send(CreateTopics, 7, {
    topics: [{ name, numPartitions, replicationFactor: 1 }],
    timeoutMs: 30_000,
  })
  if (topics[0].errorCode !== 0) throw new Error(`topic ${name}: ${topics[0].errorCode}`)
  const partitions = Array.from({ length: numPartitions }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: latest,
  }))
  await insist(
    () =>
      connection.send(ListOffsets, 5, { replicaId: -1, isolationLevel: 0, topics: [{ name, partitions }] }),
    (answer) => answer.topics[0].partitions.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0,
  )
  return topics[0].topicId
}

/** Until whoever coordinates these has come up. */
export async function untilCoordinated(connection, keyType, keys) {
  for (const key of keys)
    await insist(
      () => connection.send(FindCoordinator, 4, { keyType, coordinatorKeys: [key] }),
      ({ coordinators }) => coordinators[0].errorCode,
    )
}

/** In milliseconds. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}

// Commits of offsets; and a broker that has many of them to load, and transactional ids.
import { FindCoordinator, InitProducerId, OffsetCommit, OffsetFetch } from '@sluice/wire'
import { insist, makeTopic, open, sleep, untilCoordinated } from './brokers.mjs'

const inflight = 16
const partitionsOfCommit = 100

/** One offset each, so many requests on their way together. */
export async function commits({ name, seconds, ...at }) {
  const connection = await open(at)
  await makeTopic(connection, name, 1)
  await untilCoordinated(connection, 0, [name])
  let count = 0
  const worker = async (endMs) => {
    while (performance.now() < endMs) {
      await commit(connection, name, name, 1, count)
      count++
    }
  }
  const all = (endMs) => Promise.all(Array.from({ length: inflight }, () => worker(endMs)))
  await all(performance.now() + 300)
  count = 0
  const began = performance.now()
  await all(began + seconds * 1_000)
  return { perSecond: count / ((performance.now() - began) / 1_000) }
}

function commit(connection, groupId, topic, partitions, offset) {
  return insist(
    () =>
      connection.send(OffsetCommit, 8, {
        groupId,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: [
          {
            name: topic,
            partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
              partitionIndex,
              committedOffset: offset,
              committedMetadata: '',
            })),
          },
        ],
      }),
    ({ topics }) => topics[0].partitions[0].errorCode,
  )
}

/** So many offsets, and so many transactional ids. */
export async function fill({ name, offsets, ids, ...at }) {
  const connection = await open(at)
  await makeTopic(connection, name, partitionsOfCommit)
  await untilCoordinated(connection, 0, [name])
  await untilCoordinated(connection, 1, [name])
  const groups = Array.from({ length: offsets / partitionsOfCommit }, (_, i) => `${name}-${i}`)
  await inTurns(groups, (group) => commit(connection, group, name, partitionsOfCommit, 1))
  await inTurns(
    Array.from({ length: ids }, (_, i) => `${name}-${i}`),
    (transactionalId) =>
      insist(() => connection.send(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 })),
  )
  return { offsets, ids }
}

async function inTurns(items, work) {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: inflight }, worker))
}

/** Until every group's offsets are told, and every transactional id is known; the broker may not be up yet. */
export async function untilLoaded({ name, offsets, ids, ...at }) {
  const groups = Array.from({ length: offsets / partitionsOfCommit }, (_, i) => `${name}-${i}`)
  const connection = await untilOpen(at)
  const wanted = groups.map((groupId) => ({ groupId, topics: [{ name, partitionIndexes: [0] }] }))
  await insist(
    () => connection.send(OffsetFetch, 8, { groups: wanted, requireStable: false }),
    ({ groups: found }) => found.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0,
  )
  const keys = Array.from({ length: ids }, (_, i) => `${name}-${i}`)
  await insist(
    () => connection.send(FindCoordinator, 4, { keyType: 1, coordinatorKeys: keys }),
    ({ coordinators }) => coordinators.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0,
  )
  // One of each partition of the transaction log, nearly: it answers once that is loaded.
  for (const transactionalId of keys.slice(0, 200))
    await insist(() => connection.send(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 }))
  return { loadedAt: Date.now() }
}

async function untilOpen(at) {
  for (;;) {
    try {
      return await open(at)
    } catch {
      await sleep(10)
    }
  }
}

// Commits of offsets; and a broker that has many of them to load, and transactional ids.
import { InitProducerId, OffsetCommit, OffsetFetch } from '@sluice/wire'
import { Brokers, group, insist, sleep, transaction } from './brokers.mjs'

const inflight = 16
const partitionsOfCommit = 100

/** One offset each, so many requests on their way together. */
export async function commits({ name, seconds, ...at }) {
  const brokers = new Brokers(at)
  await brokers.makeTopic(name, 1)
  const connection = await brokers.coordinator(group, name)
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
  const brokers = new Brokers(at)
  await brokers.makeTopic(name, partitionsOfCommit)
  const groups = Array.from({ length: offsets / partitionsOfCommit }, (_, i) => `${name}-${i}`)
  const coordinators = await coordinatorsOf(brokers, group, groups)
  await inTurns(groups, async (groupId) =>
    commit(await brokers.to(coordinators.get(groupId)), groupId, name, partitionsOfCommit, 1),
  )
  const transactionalIds = Array.from({ length: ids }, (_, i) => `${name}-${i}`)
  const homes = await coordinatorsOf(brokers, transaction, transactionalIds)
  await inTurns(transactionalIds, async (id) => init(await brokers.to(homes.get(id)), id))
  return { offsets, ids }
}

/** Where their topic is to be made that takes a while. */
async function coordinatorsOf(brokers, keyType, keys) {
  await brokers.coordinators(keyType, keys.slice(0, 1))
  return brokers.coordinators(keyType, keys)
}

const init = (connection, transactionalId) =>
  insist(() => connection.send(InitProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 }))

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
  const keys = Array.from({ length: ids }, (_, i) => `${name}-${i}`)
  // A leader moves while brokers come up: then all are asked anew.
  for (;;) {
    try {
      await loaded(new Brokers(at), name, groups, keys)
      return { loadedAt: Date.now() }
    } catch {
      await sleep(10)
    }
  }
}

async function loaded(brokers, name, groups, transactionalIds) {
  const coordinators = await brokers.coordinators(group, groups)
  const homesOfGroups = new Set([...coordinators.values()].map(({ port }) => port))
  for (const home of homesOfGroups) {
    const own = groups.filter((groupId) => coordinators.get(groupId).port === home)
    const connection = await brokers.to(coordinators.get(own[0]))
    const wanted = own.map((groupId) => ({ groupId, topics: [{ name, partitionIndexes: [0] }] }))
    const { groups: found } = await connection.send(OffsetFetch, 8, { groups: wanted, requireStable: false })
    if (found.some(({ errorCode }) => errorCode !== 0)) throw new Error('not yet')
  }
  const homes = await brokers.coordinators(transaction, transactionalIds)
  // One of each partition of the transaction log, nearly: it answers once that is loaded.
  for (const id of transactionalIds.slice(0, 200)) {
    const connection = await brokers.to(homes.get(id))
    const answer = await connection.send(InitProducerId, 4, {
      transactionalId: id,
      transactionTimeoutMs: 60_000,
    })
    if (answer.errorCode !== 0) throw new Error('not yet')
  }
}

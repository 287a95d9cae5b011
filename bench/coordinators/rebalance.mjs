// One member has all partitions, and the others join, all at once: how long until each has its own.
import { ConsumerGroupHeartbeat, Heartbeat, JoinGroup, SyncGroup } from '@sluice/wire'
import { Brokers, group, insist, isPassing, open, sleep } from './brokers.mjs'

const rebalanceInProgress = 27
const memberIdRequired = 79
const heartbeatMs = 50

export async function rebalance({ name, protocol, members, ...at }) {
  const partitions = members * 2
  const brokers = new Brokers(at)
  const topicId = await brokers.makeTopic(name, partitions)
  const coordinator = (await brokers.coordinators(group, [name])).get(name)
  const scene = { name, topicId, partitions, members, owned: new Map(), isOver: false }
  const isEven = () =>
    scene.owned.size === members && [...scene.owned.values()].every((own) => own.length === 2)
  const run = protocol === 'consumer' ? consumer : classic(protocol)
  const all = [run(scene, await open(coordinator), 0)]
  while (scene.owned.get(0)?.length !== partitions) await sleep(5)
  const connections = await Promise.all(Array.from({ length: members - 1 }, () => open(coordinator)))
  const began = performance.now()
  for (const [i, each] of connections.entries()) all.push(run(scene, each, i + 1))
  while (!isEven()) await Promise.race([sleep(2), Promise.all(all)])
  const tookMs = performance.now() - began
  scene.isOver = true
  await Promise.all(all)
  return { tookMs }
}

/** KIP-848. */
async function consumer(scene, connection, index) {
  const memberId = `m-${index}`
  let memberEpoch = 0
  let own = []
  let says = true
  while (!scene.isOver) {
    const topicPartitions = own.length > 0 ? [{ topicId: scene.topicId, partitions: own }] : []
    const all = { rebalanceTimeoutMs: 60_000, subscribedTopicNames: [scene.name], topicPartitions }
    const answer = await insist(() =>
      connection.send(ConsumerGroupHeartbeat, 0, {
        groupId: scene.name,
        memberId,
        memberEpoch,
        rebalanceTimeoutMs: -1,
        subscribedTopicNames: null,
        topicPartitions: null,
        ...(says && all),
      }),
    )
    memberEpoch = answer.memberEpoch
    says = false
    if (answer.assignment) {
      own = answer.assignment.topicPartitions.flatMap(({ partitions }) => partitions)
      scene.owned.set(index, own)
      // That it has taken it, or given back, is told at once.
      says = true
      continue
    }
    await sleep(heartbeatMs)
  }
}

/** What members and leaders tell each other is theirs alone: numbers, as JSON. */
const written = (value) => Buffer.from(JSON.stringify(value))
const read = (buffer) => JSON.parse(buffer.toString() || '[]')

function classic(protocol) {
  return async (scene, connection, index) => {
    let memberId = ''
    let own = []
    while (!scene.isOver) {
      const isCooperative = protocol === 'cooperative'
      const joined = await join(scene, connection, { protocol, memberId, own: isCooperative ? own : [] })
      memberId = joined.memberId
      const { generationId } = joined
      const assignments =
        joined.leader === memberId ? assigned(joined.members, scene.partitions, protocol) : []
      const { errorCode, assignment } = await connection.send(SyncGroup, 5, {
        groupId: scene.name,
        generationId,
        memberId,
        protocolType: 'consumer',
        protocolName: protocol,
        assignments,
      })
      if (errorCode === rebalanceInProgress || isPassing(errorCode)) continue
      if (errorCode !== 0) throw new Error(`SyncGroup: ${errorCode}`)
      const before = own
      own = read(assignment)
      scene.owned.set(index, own)
      // What it has given back others wait for.
      if (isCooperative && before.some((partition) => !own.includes(partition))) continue
      await stay(scene, connection, { groupId: scene.name, generationId, memberId })
    }
  }
}

async function join(scene, connection, { protocol, memberId, own }) {
  for (let id = memberId; ; ) {
    const answer = await connection.send(JoinGroup, 7, {
      groupId: scene.name,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId: id,
      protocolType: 'consumer',
      protocols: [{ name: protocol, metadata: written(own) }],
    })
    id = answer.memberId
    if (answer.errorCode === 0) return answer
    if (answer.errorCode !== memberIdRequired && !isPassing(answer.errorCode))
      throw new Error(`JoinGroup: ${answer.errorCode}`)
  }
}

/** Even; of a cooperative group nobody is given what another has. */
function assigned(members, partitions, protocol) {
  const owners = new Map()
  for (const { memberId, metadata } of members)
    for (const partition of read(metadata)) owners.set(partition, memberId)
  const shares = members.map(({ memberId }) => ({ memberId, own: [] }))
  const most = Math.ceil(partitions / members.length)
  const byId = new Map(shares.map((share) => [share.memberId, share]))
  const left = []
  for (let partition = 0; partition < partitions; partition++) {
    const share = byId.get(owners.get(partition))
    if (share && share.own.length < most) share.own.push(partition)
    else left.push(partition)
  }
  for (const share of shares) while (share.own.length < most && left.length > 0) share.own.push(left.shift())
  const mayHave =
    ({ memberId }) =>
    (partition) =>
      protocol === 'eager' || (owners.get(partition) ?? memberId) === memberId
  return shares.map((share) => ({
    memberId: share.memberId,
    assignment: written(share.own.filter(mayHave(share))),
  }))
}

async function stay(scene, connection, who) {
  while (!scene.isOver) {
    const { errorCode } = await connection.send(Heartbeat, 4, who)
    if (errorCode !== 0) return
    await sleep(heartbeatMs)
  }
}

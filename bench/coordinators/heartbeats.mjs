// Many groups of four members each, whose heartbeats come in time.
import { Heartbeat, JoinGroup, SyncGroup } from '@sluice/wire'
import { Brokers, group, insist, open, sleep } from './brokers.mjs'

const membersOfGroup = 4
/** A listener has room for some that it has not accepted yet. */
const opensAtOnce = 20
const unknownMember = 25
/** A generation that is over, a member that was too late, a rebalance. */
const joinAgain = new Set([22, unknownMember, 27])

/** Prints `joined` when all have, and what they did when its input ends. */
export async function heartbeats({ name, groups, intervalMs, ...at }) {
  const ids = Array.from({ length: groups }, (_, i) => `${name}-${i}`)
  const brokers = new Brokers(at)
  // Where the topic of the groups is to be made that takes a while.
  await brokers.coordinators(group, ids.slice(0, 1))
  const coordinators = await brokers.coordinators(group, ids)
  const connections = await openAll(ids, coordinators)
  const scene = { intervalMs, joined: new Set(), count: 0 }
  for (const [i, connection] of connections.entries()) void live(scene, connection, ids[i % groups])
  while (scene.joined.size < connections.length) await sleep(50)
  process.stdout.write('joined\n')
  process.stdin.resume()
  await new Promise((resolve) => process.stdin.once('end', resolve))
  return { members: connections.length, count: scene.count }
}

/** Each member has its own: nobody waits for another one's join. */
async function openAll(ids, coordinators) {
  const connections = []
  let begun = 0
  const worker = async () => {
    while (begun < ids.length * membersOfGroup) {
      const at = begun++
      const connection = await open(coordinators.get(ids[at % ids.length]))
      // Who says nothing is shut out where there are many.
      await connection.negotiate()
      connections[at] = connection
    }
  }
  await Promise.all(Array.from({ length: opensAtOnce }, worker))
  return connections
}

/** Joins, and joins again whenever the others do. */
async function live(scene, connection, groupId) {
  let memberId = ''
  for (;;) {
    const request = {
      groupId,
      memberId,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    }
    const answer = await insist(
      () => connection.send(JoinGroup, 3, request),
      ({ errorCode }) => (errorCode === unknownMember ? 0 : errorCode),
    )
    if (answer.errorCode === unknownMember) {
      memberId = ''
      continue
    }
    memberId = answer.memberId
    const who = { groupId, generationId: answer.generationId, memberId }
    const assignments = answer.members.map((member) => ({
      memberId: member.memberId,
      assignment: Buffer.alloc(10),
    }))
    const { errorCode } = await connection.send(SyncGroup, 3, { ...who, assignments })
    if (errorCode === 0) await stay(scene, connection, who)
    else if (!joinAgain.has(errorCode)) throw new Error(`SyncGroup: ${errorCode}`)
  }
}

async function stay(scene, connection, who) {
  scene.joined.add(who.memberId)
  // Not all at the same moment.
  await sleep(Math.random() * scene.intervalMs)
  for (;;) {
    const { errorCode } = await connection.send(Heartbeat, 4, who)
    if (joinAgain.has(errorCode)) return
    if (errorCode !== 0) throw new Error(`Heartbeat: ${errorCode}`)
    scene.count++
    await sleep(scene.intervalMs)
  }
}

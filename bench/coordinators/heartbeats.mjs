// Many groups of four members each, whose heartbeats come in time; prints how many came while the server's time was taken.
import { Heartbeat, JoinGroup, SyncGroup } from '@sluice/wire'
import { insist, open, untilCoordinated } from './brokers.mjs'

const membersOfGroup = 4
/** The first rebalance of a group takes three seconds. */
const groupsAtOnce = 200

/** Prints `joined` when all have, and what it did when its input ends. */
export async function heartbeats({ name, groups, intervalMs, ...at }) {
  const ids = Array.from({ length: groups }, (_, i) => `${name}-${i}`)
  await untilCoordinated(await open(at), 0, ids.slice(0, 1))
  const members = []
  const left = ids.values()
  const worker = async () => {
    for (const groupId of left) members.push(...(await joinAll(at, groupId)))
  }
  await Promise.all(Array.from({ length: groupsAtOnce }, worker))
  let count = 0
  const beat = async ({ connection, ...who }) => {
    const { errorCode } = await connection.send(Heartbeat, 4, who)
    if (errorCode !== 0) throw new Error(`Heartbeat: ${errorCode}`)
    count++
  }
  const timers = members.map((member, i) => {
    const offset = (intervalMs * i) / members.length
    return setTimeout(() => setInterval(() => void beat(member), intervalMs), offset)
  })
  process.stdout.write('joined\n')
  process.stdin.resume()
  await new Promise((resolve) => process.stdin.once('end', resolve))
  for (const timer of timers) clearTimeout(timer)
  return { members: members.length, count }
}

/** Each on a connection of its own, where nobody waits for another one's join. */
async function joinAll(at, groupId) {
  const request = {
    groupId,
    sessionTimeoutMs: 60_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }
  // A version that gives ids without being asked twice: all four are in the first rebalance.
  const joined = await Promise.all(
    Array.from({ length: membersOfGroup }, async () => {
      const connection = await open(at)
      const answer = await insist(() => connection.send(JoinGroup, 3, { ...request, memberId: '' }))
      return { connection, groupId, generationId: answer.generationId, memberId: answer.memberId, answer }
    }),
  )
  return Promise.all(
    joined.map(async ({ answer, connection, ...who }) => {
      const assignments = answer.members.map(({ memberId }) => ({ memberId, assignment: Buffer.alloc(10) }))
      await insist(() => connection.send(SyncGroup, 3, { ...who, assignments }))
      return { connection, ...who }
    }),
  )
}

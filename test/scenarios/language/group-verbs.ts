import { commitOffset, committedOffset, type Connection } from '@sluice/client'
import { DescribeGroups } from '@sluice/wire'
import { GroupMember } from './group-member.ts'
import { durationMs, topicPartition } from './story.ts'
import type { Verb } from './verbs.ts'
import { errorName, type World } from './world.ts'

/** What a story says of groups; each member of one is an actor. */
export const groupVerbs: Record<string, Verb> = {
  /** `ANNA: join GROUP [instance=ID] [session=10s] [rebalance=10s]`; again, with the id that she has. */
  join: async (world, { words: [group = ''], options }, actor) => {
    const connection = await world.coordinator(actor, group)
    const member = memberOf(world, actor, group) ?? newMember(connection, group, options)
    world.names.set(`member ${actor} of ${group}`, member)
    const { errorCode, generationId, leader, members } = await member.join()
    if (errorCode !== 0) return [errorName(errorCode)]
    const led = members.map(({ memberId }) => nameOf(world, memberId)).sort()
    return [
      led.length > 0
        ? `generation ${generationId}, leads ${led.join(', ')}`
        : `generation ${generationId}, led by ${nameOf(world, leader)}`,
    ]
  },

  /** `ANNA: sync GROUP [MEMBER=ASSIGNMENT …]`: the leader gives everyone's assignment. */
  sync: async (world, { words: [group = ''], options }, actor) => {
    const member = knownMember(world, actor, group)
    const assignments = new Map(
      [...options].map(([name, text]): [string, Buffer] => {
        return [knownMember(world, name, group).memberId, Buffer.from(text)]
      }),
    )
    const { errorCode, assignment } = await member.sync(assignments)
    return [errorCode === 0 ? `assigned ${assignment.toString() || 'nothing'}` : errorName(errorCode)]
  },

  heartbeat: async (world, { words: [group = ''] }, actor) => {
    return [errorName(await knownMember(world, actor, group).heartbeat())]
  },

  leave: async (world, { words: [group = ''] }, actor) => {
    return [errorName(await knownMember(world, actor, group).leave())]
  },

  /** `[ANNA:] commit GROUP TOPIC-N OFFSET [generation=N]`; a member commits as such. */
  commit: async (world, { words: [group = '', where, offset], options }, actor) => {
    const { topic, partition } = topicPartition(where)
    const member = memberOf(world, actor, group)
    const generation = options.get('generation')
    await commitOffset(await world.coordinator(actor, group), group, topic, partition, Number(offset), {
      memberId: member?.memberId,
      generationId: generation === undefined ? member?.generationId : Number(generation),
    })
    return ['committed']
  },

  committed: async (world, { words: [group = '', where] }, actor) => {
    const { topic, partition } = topicPartition(where)
    const { offset } = await committedOffset(await world.coordinator(actor, group), group, topic, partition)
    return [offset < 0 ? 'nothing' : `offset ${offset}`]
  },

  'describe-group': async (world, { words: [group = ''] }, actor) => {
    const { groups } = await (await world.coordinator(actor, group)).request(DescribeGroups, {
      groups: [group],
    })
    const { errorCode = -1, groupState, members = [] } = groups[0] ?? {}
    if (errorCode !== 0) return [errorName(errorCode)]
    return [groupState ?? '', ...members.map(({ memberId }) => nameOf(world, memberId)).sort()]
  },
}

function newMember(
  connection: Connection,
  groupId: string,
  options: ReadonlyMap<string, string>,
): GroupMember {
  return new GroupMember(connection, {
    groupId,
    groupInstanceId: options.get('instance') ?? null,
    sessionTimeoutMs: durationMs(options.get('session') ?? '10s'),
    rebalanceTimeoutMs: durationMs(options.get('rebalance') ?? '10s'),
  })
}

function memberOf(world: World, actor: string, group: string): GroupMember | undefined {
  return world.names.get(`member ${actor} of ${group}`) as GroupMember | undefined
}

function knownMember(world: World, actor: string, group: string): GroupMember {
  const member = memberOf(world, actor, group)
  if (!member) throw new Error(`${actor} has not joined ${group}`)
  return member
}

/** Member ids are random: stories name who has them. */
function nameOf(world: World, memberId: string): string {
  const known = [...world.names].find(([key, value]) => {
    return key.startsWith('member ') && value instanceof GroupMember && value.memberId === memberId
  })
  return known?.[0].split(' ')[1] ?? 'a stranger'
}

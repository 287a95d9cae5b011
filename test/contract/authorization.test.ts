import {
  CreateAcls,
  FindCoordinator,
  InitProducerId,
  OffsetCommit,
  SaslAuthenticate,
  SaslHandshake,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataRows } from './authorization/data.ts'
import { groupRows } from './authorization/groups.ts'
import { adminRows } from './authorization/admin.ts'
import { tokenRows, transactionRows } from './authorization/transactions.ts'
import { type Names, type Principal, principals, told } from './authorization/row.ts'
import { canStartBrokers, type Engine, start } from './engine.ts'
import { byChance, createTopic, eventually, uniqueName } from './fixture.ts'
import { Peer } from './peer.ts'

// Whoever asks, whatever they ask for, and what is decided: alice may do everything to topics, groups and transactional
// ids whose names begin with `seen`, carol everything to the cluster, bob nothing.

const passwords: Readonly<Record<Principal, string>> = { alice: 'a', bob: 'b', carol: 'c' }
const acl = {
  allow: 3,
  any: 1,
  all: 2,
  topic: 2,
  group: 3,
  cluster: 4,
  transactionalId: 5,
  literal: 3,
  prefixed: 4,
}

let engine: Engine
let admin: Peer
let names: Names
const peers = new Map<Principal, Peer>()

beforeAll(async () => {
  if (!canStartBrokers) return
  engine = await start({
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // Whoever comes by the other listener, the broker itself among them.
      'super.users': 'User:ANONYMOUS',
      // There are delegation tokens.
      'delegation.token.secret.key': 'a-key-of-sixteen',
    },
    logins: passwords,
  })
  admin = await Peer.open(engine.bootstrap)
  await allow('alice', [acl.topic, acl.group, acl.transactionalId], 'seen', acl.prefixed)
  await allow('carol', [acl.cluster], 'kafka-cluster', acl.literal)
  const made = async (prefix: string) => createTopic(admin, { name: uniqueName(prefix) })
  const [seen, hidden, seenToGo, hiddenToGo] = [
    await made('seen'),
    await made('hidden'),
    await made('seen-gone'),
    await made('hidden-gone'),
  ]
  names = {
    seen,
    hidden,
    seenToGo,
    hiddenToGo,
    missing: uniqueName('missing'),
    seenMissing: uniqueName('seen-missing'),
  }
  for (const { name } of [seen, hidden]) await commit(name)
  for (const principal of principals) peers.set(principal, await logIn(principal))
  await untilAllowed()
  // The first of them may have to wait.
  await eventually(async () => {
    const { errorCode } = await admin.send(InitProducerId, 4, {
      transactionalId: null,
      transactionTimeoutMs: 1_000,
    })
    return errorCode === 0 || undefined
  })
})
afterAll(() => engine?.stop())

async function allow(user: string, types: number[], resourceName: string, resourcePatternType: number) {
  const { allow: permissionType, all: operation } = acl
  const of = {
    resourceName,
    resourcePatternType,
    principal: `User:${user}`,
    host: '*',
    operation,
    permissionType,
  }
  const { results } = await admin.send(CreateAcls, 3, {
    creations: types.map((resourceType) => ({ resourceType, ...of })),
  })
  expect(results.map(({ errorCode }) => errorCode)).toEqual(types.map(() => 0))
}

/** There is a group of each topic's name, with an offset. */
async function commit(name: string): Promise<void> {
  const topics = [{ name, partitions: [{ partitionIndex: 0, committedOffset: 0 }] }]
  await eventually(async () => {
    await admin.send(FindCoordinator, 4, { coordinatorKeys: [name] })
    const { topics: committed } = await admin.send(OffsetCommit, 9, { groupId: name, topics })
    return committed[0]?.partitions[0]?.errorCode === 0 || undefined
  })
}

async function logIn(user: Principal): Promise<Peer> {
  const peer = await Peer.open(engine.login)
  await peer.send(SaslHandshake, 1, { mechanism: 'PLAIN' })
  const authBytes = Buffer.from(`\0${user}\0${passwords[user]}`)
  const { errorCode } = await peer.send(SaslAuthenticate, 2, { authBytes })
  expect(errorCode).toBe(0)
  return peer
}

function peerOf(principal: Principal): Peer {
  const peer = peers.get(principal)
  if (!peer) throw new Error(`${principal} has not logged in`)
  return peer
}

/** A broker hears of ACLs a moment after they are made. */
async function untilAllowed(): Promise<void> {
  const isAllowed = async (principal: Principal, key: string) => {
    const request = { keyType: 0, coordinatorKeys: [key] }
    const { coordinators } = await peerOf(principal).send(FindCoordinator, 4, request)
    return coordinators[0]?.errorCode === 0 || undefined
  }
  await eventually(() => isAllowed('alice', names.seen.name))
}

describe.skipIf(!canStartBrokers)('who may not do something is refused as on Apache Kafka', () => {
  it.each(
    [...dataRows, ...groupRows, ...transactionRows, ...tokenRows, ...adminRows].map(
      (row) => [row.what ? `${row.api.name}, ${row.what}` : row.api.name, row] as const,
    ),
  )('%s', async (_, { api, version, request, answered, isInAnyOrder }) => {
    for (const principal of principals) {
      const ask = () => peerOf(principal).send(api, version, request(names) as never)
      const answer = await (isInAnyOrder ? byChance(ask) : ask())
      expect(told(answer as object, names), principal).toEqual([...answered[principal]].sort())
    }
  })
})

import {
  atLeader,
  Brokers,
  deleteRecordsBefore,
  type GroupVerdict,
  type Route,
  whyGroup,
} from '@sluice/client'
import { systemClock, systemNetwork } from '@sluice/effects'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Consumer,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'

// Each cause as a real client provokes it.

let kafka: KafkaServer
let client: Kafka
let brokers: Brokers
let route: Route
/** What consumers wait for until the test is over. */
const held: (() => void)[] = []
const holding = () => new Promise<void>((resolve) => held.push(resolve))
const open: { disconnect(): Promise<void> }[] = []

beforeAll(async () => {
  kafka = await KafkaServer.start({
    brokers: 3,
    topics: { orders: 2, one: 1, bare: { partitions: 1, replicationFactor: 1 } },
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': 'true',
      'auto.create.topics.enable': 'false',
    },
  })
  client = new Kafka({ ...kafka.clientConfig('kafkajs'), clientId: 'worker', logLevel: logLevel.NOTHING })
  brokers = new Brokers({
    network: systemNetwork(),
    clock: systemClock(),
    bootstrap: kafka.addresses.map((address) => ({ host: '127.0.0.1', port: Number(address.split(':')[1]) })),
    clientId: 'why',
    requestTimeoutMs: 20_000,
  })
  route = { brokers, clock: systemClock() }
})
afterEach(async () => {
  for (const release of held.splice(0)) release()
  for (const one of open.splice(0)) await one.disconnect()
  await kafka.reset()
})
afterAll(async () => {
  await brokers.close()
  await kafka.stop()
})

/** Runs until the test is over; resolves when it is in the group. */
async function consumer(
  groupId: string,
  topics: string[],
  eachMessage: () => Promise<void> = async () => {},
  options: { autoCommit?: boolean; sessionTimeout?: number } = {},
): Promise<Consumer> {
  const { sessionTimeout = 30_000 } = options
  const one = client.consumer({ groupId, sessionTimeout, maxWaitTimeInMs })
  open.push(one)
  await one.connect()
  await one.subscribe({ topics, fromBeginning: true })
  const joined = new Promise<void>((resolve) => one.on(one.events.GROUP_JOIN, () => resolve()))
  const { autoCommit = true } = options
  await one.run({ eachMessage, autoCommit, autoCommitThreshold: 1 })
  await joined
  return one
}

/** Who disconnects waits for the last fetch. */
const maxWaitTimeInMs = 100

const why = (group: string, watchMs = 100): Promise<GroupVerdict> => whyGroup(route, group, { watchMs })
const cause = async (group: string, watchMs = 100) => (await why(group, watchMs)).cause

describe('why a group does not consume', { timeout: 60_000 }, () => {
  it('NO_SUCH_GROUP: another group.id, or nobody yet', async () => {
    expect(await why('unknown')).toMatchObject({
      cause: 'NO_SUCH_GROUP',
      isWell: false,
      what: 'There is no group unknown.',
      fix: expect.stringContaining('group.id'),
    })
  })

  it('NO_MEMBERS: its consumers are gone', async () => {
    await kafka.produce('orders', ['a', 'b', 'c'])
    await kafka.commit('left', { topic: 'orders', partition: 0, offset: 0 })
    const verdict = await why('left')
    expect(verdict).toMatchObject({ cause: 'NO_MEMBERS', what: 'Nobody is in the group; 3 records wait.' })
  })

  it('TOPIC_MISSING: a topic that was deleted under it', async () => {
    await kafka.createTopics({ passing: 1 })
    await consumer('of-missing', ['passing'])
    const admin = client.admin()
    open.push(admin)
    await admin.connect()
    await admin.deleteTopics({ topics: ['passing'] })
    expect(await why('of-missing')).toMatchObject({
      cause: 'TOPIC_MISSING',
      what: 'Members subscribe to what there is not: passing.',
      fix: expect.stringContaining('topic create passing'),
    })
  })

  it('PARTITION_OFFLINE: the only broker that has it is down', async () => {
    await kafka.moveLeader('bare', 0, 3)
    await consumer('of-offline', ['bare'])
    await kafka.broker(3).kill()
    const verdict = await why('of-offline')
    await kafka.broker(3).start()
    expect(verdict).toMatchObject({ cause: 'PARTITION_OFFLINE', partitions: ['bare-0'] })
  })

  it('OFFSET_OUT_OF_RANGE: what was to be read next is deleted', async () => {
    await kafka.produce('one', ['a', 'b', 'c', 'd'])
    const end = holding()
    let seen = 0
    await consumer('far', ['one'], async () => {
      if (++seen === 2) await end
    })
    await kafka.waitForGroup('far', { lag: 3 })
    await atLeader(route, 'one', 0, (connection) => deleteRecordsBefore(connection, 'one', 0, 3))
    const verdict = await why('far')
    expect(verdict).toMatchObject({
      cause: 'OFFSET_OUT_OF_RANGE',
      what: expect.stringContaining('1 of 3 to 4'),
      fix: expect.stringContaining('group seek'),
    })
  })

  it('NOT_ASSIGNED: it reads other topics now', async () => {
    await kafka.produce('one', ['a'])
    await kafka.commit('moved', { topic: 'one', partition: 0, offset: 0 })
    await consumer('moved', ['orders'])
    expect(await why('moved')).toMatchObject({ cause: 'NOT_ASSIGNED', partitions: ['one-0'] })
  })

  it('OPEN_TRANSACTION: a producer that neither commits nor aborts', async () => {
    const producer = client.producer({ transactionalId: 'slow', maxInFlightRequests: 1, idempotent: true })
    open.push(producer)
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'one', messages: [{ value: 'a' }, { value: 'b' }] })
    await consumer('held', ['one'])
    const verdict = await why('held')
    await transaction.abort()
    expect(verdict).toMatchObject({
      cause: 'OPEN_TRANSACTION',
      what: 'An open transaction holds back 2 offsets of one-0.',
      why: expect.stringMatching(/^It is of the producer \d+, begins at offset 0/),
    })
  })

  it('NEVER_COMMITTED: it reads, and does not say so', async () => {
    await kafka.produce('one', ['a'])
    await consumer('silent', ['one'], undefined, { autoCommit: false })
    expect(await cause('silent')).toBe('NEVER_COMMITTED')
  })

  it('STUCK: a record that does not end', async () => {
    await kafka.produce('one', ['a', 'b'])
    const end = holding()
    let seen = 0
    await consumer('stuck', ['one'], async () => {
      if (++seen === 2) await end
    })
    await kafka.waitForGroup('stuck', { lag: 1 })
    const verdict = await why('stuck')
    expect(verdict).toMatchObject({
      cause: 'STUCK',
      what: expect.stringMatching(/have committed nothing for .*; 1 record waits/),
      why: expect.stringContaining('worker'),
      fix: expect.stringContaining('consume one -p 0 --offset 1 -n 1'),
    })
  })

  it('BEHIND: it gets on, and has not come to the end', async () => {
    await kafka.produce(
      'one',
      Array.from({ length: 400 }, (_, n) => String(n)),
    )
    await consumer('late', ['one'], () => new Promise((resolve) => setTimeout(resolve, 20)))
    await kafka.waitForGroup('late', { lag: 399 })
    expect(await why('late', 500)).toMatchObject({
      cause: 'BEHIND',
      isWell: true,
      why: expect.stringMatching(/commits [1-9][\d.]* records a second, and 0.0 come/),
    })
  })

  it('REBALANCING: a member that is waited for', async () => {
    const end = holding()
    let isHeld = false
    await kafka.produce('one', ['a'])
    await consumer('restless', ['one'], async () => {
      isHeld = true
      await end
    })
    await expect.poll(() => isHeld).toBe(true)
    const second = client.consumer({ groupId: 'restless', maxWaitTimeInMs })
    open.push(second)
    await second.connect()
    await second.subscribe({ topics: ['one'] })
    void second.run({ eachMessage: async () => {} })
    await kafka.waitForGroup('restless', { state: 'PreparingRebalance' })
    const verdict = await why('restless')
    expect(verdict).toMatchObject({ cause: 'REBALANCING', fix: expect.stringContaining('worker') })
  })

  it('IDLE_MEMBERS: more of them than partitions', async () => {
    await consumer('many', ['one'])
    await consumer('many', ['one'])
    await kafka.waitForGroup('many', { members: 2 })
    expect(await why('many')).toMatchObject({
      cause: 'IDLE_MEMBERS',
      isWell: true,
      what: '1 member of 2 has no partition: worker.',
    })
  })

  it('TOPICS_EMPTY and CAUGHT_UP: all is well', async () => {
    await kafka.createTopics({ fresh: 1 })
    await consumer('well', ['fresh'])
    expect(await cause('well')).toBe('TOPICS_EMPTY')
    await kafka.produce('fresh', ['a'])
    await kafka.waitForGroup('well', { lag: 0 })
    await expect.poll(() => cause('well')).toBe('CAUGHT_UP')
  })

  it('NO_COORDINATOR: nobody keeps its offsets', async () => {
    kafka.faults.always('FindCoordinator', { client: 'why', error: 'COORDINATOR_NOT_AVAILABLE' })
    expect(await cause('any')).toBe('NO_COORDINATOR')
  })

  it('NOT_ALLOWED: a group of others', async () => {
    const admin = client.admin()
    open.push(admin)
    await admin.connect()
    await admin.createAcls({
      acl: [
        {
          resourceType: AclResourceTypes.GROUP,
          resourceName: 'secret',
          resourcePatternType: ResourcePatternTypes.LITERAL,
          principal: 'User:someone',
          host: '*',
          operation: AclOperationTypes.READ,
          permissionType: AclPermissionTypes.ALLOW,
        },
      ],
    })
    await expect.poll(() => cause('secret')).toBe('NOT_ALLOWED')
  })
})

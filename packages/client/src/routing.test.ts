import { MemoryNetwork, systemClock } from '@sluice/effects'
import { apis, encodeResponseFrame } from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { Brokers } from './brokers.ts'
import { atLeader } from './routing.ts'
import { startFakeBroker, versionsAnswer } from './testing/fake-broker.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

const host = '127.0.0.1'
const clock = systemClock()

/** A broker 1, which says who leads the one partition there is, by how often it was asked. */
async function brokersWith(leaderOf: (asked: number) => { leaderId: number; isListed: boolean }) {
  const network = new MemoryNetwork()
  let asked = 0
  const broker = await startFakeBroker(network, (request) => {
    const { api, header } = request
    if (api.name === 'ApiVersions')
      return versionsAnswer(
        request,
        apis.map(({ apiKey, maxVersion }) => [apiKey, 0, maxVersion]),
      )
    const { leaderId, isListed } = leaderOf(asked++)
    const dead = isListed ? [{ nodeId: 2, host, port: 1 }] : []
    return encodeResponseFrame(api, header.requestApiVersion, header.correlationId, {
      brokers: [{ nodeId: 1, host, port: broker.port }, ...dead],
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, leaderId }] }],
    })
  })
  const bootstrap = [{ host, port: broker.port }]
  const brokers = new Brokers({ network, clock, bootstrap, clientId: 'test', requestTimeoutMs: 5_000 })
  opened.push(broker, brokers)
  return brokers
}

describe('the leader of a partition', () => {
  it.each([
    ['does not answer, and is still said to run', true],
    ['is none of the brokers that run', false],
  ])('is asked for again where it %s', async (_, isListed) => {
    const brokers = await brokersWith((asked) => ({ leaderId: asked < 4 ? 2 : 1, isListed }))
    const leader = await atLeader({ brokers, clock }, 't', 0, (connection) => Promise.resolve(connection))
    expect(leader).toBe(await brokers.to(1))
  })

  it('is not waited for longer than asked', async () => {
    const brokers = await brokersWith(() => ({ leaderId: 2, isListed: true }))
    const asked = atLeader({ brokers, clock, timeoutMs: 100 }, 't', 0, (connection) =>
      Promise.resolve(connection),
    )
    await expect(asked).rejects.toThrow('broker 2 does not answer')
  })
})

import { CreateDelegationToken, ErrorCode, ExpireDelegationToken, RenewDelegationToken } from '@sluice/wire'
import { afterEach, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

const hourMs = 3_600_000
const alice = { principal: 'User:alice', clientId: '' }
const tests: TestController[] = []
afterEach(async () => {
  for (const test of tests.splice(0)) await test.close()
})

async function controllerWith(properties: Record<string, string> = {}): Promise<TestController> {
  const test = new TestController({
    properties: {
      'delegation.token.secret.key': 'key',
      'delegation.token.max.lifetime.ms': String(10 * hourMs),
      'delegation.token.expiry.time.ms': String(2 * hourMs),
      ...properties,
    },
  })
  tests.push(test)
  await test.open()
  return test
}

const create = (test: TestController, maxLifetimeMs = -1) =>
  test.channel.request(CreateDelegationToken, 3, { renewers: [], maxLifetimeMs }, alice)
const renew = (test: TestController, hmac: Buffer, renewPeriodMs = -1) =>
  test.channel.request(RenewDelegationToken, 2, { hmac, renewPeriodMs }, alice)
const expire = (test: TestController, hmac: Buffer, expiryTimePeriodMs: number) =>
  test.channel.request(ExpireDelegationToken, 2, { hmac, expiryTimePeriodMs }, alice)

it('a token that has ended is renewed no more, and goes at the next look', async () => {
  const test = await controllerWith()
  const { hmac } = await create(test)
  await test.clock.advance(1.5 * hourMs)
  expect(await renew(test, hmac)).toMatchObject({
    errorCode: 0,
    expiryTimestampMs: test.clock.now() + 2 * hourMs,
  })
  await test.clock.advance(2 * hourMs + 1)
  expect((await renew(test, hmac)).errorCode).toBe(ErrorCode.DELEGATION_TOKEN_EXPIRED)
  expect((await expire(test, hmac, 1)).errorCode).toBe(ErrorCode.DELEGATION_TOKEN_EXPIRED)
  expect(test.image.security.delegationTokenCount).toBe(1)
  await test.clock.advance(hourMs)
  expect(test.image.security.delegationTokenCount).toBe(0)
  expect((await renew(test, hmac)).errorCode).toBe(ErrorCode.DELEGATION_TOKEN_NOT_FOUND)
})

it('no token lasts longer than its maximum, whatever is asked for', async () => {
  const test = await controllerWith()
  const startMs = test.clock.now()
  const short = await create(test, hourMs)
  expect(short).toMatchObject({ maxTimestampMs: startMs + hourMs, expiryTimestampMs: startMs + hourMs })
  const long = await create(test, 1_000 * hourMs)
  expect(long).toMatchObject({
    maxTimestampMs: startMs + 10 * hourMs,
    expiryTimestampMs: startMs + 2 * hourMs,
  })
  expect(await renew(test, long.hmac, 1_000 * hourMs)).toMatchObject({
    expiryTimestampMs: startMs + 2 * hourMs,
  })
  expect(await expire(test, long.hmac, 1_000 * hourMs)).toMatchObject({
    expiryTimestampMs: startMs + 10 * hourMs,
  })
})

it('tokens survive a new start of the controller', async () => {
  const test = await controllerWith()
  const { hmac, tokenId } = await create(test)
  await test.reopen()
  expect(test.image.security.delegationToken(tokenId)).toMatchObject({
    owner: 'User:alice',
    requester: 'User:alice',
  })
  expect((await renew(test, hmac)).errorCode).toBe(0)
})

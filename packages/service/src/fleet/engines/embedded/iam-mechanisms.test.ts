import { seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { LoginRefused, type SaslStep } from '@sluice/engine'
import { describe, expect, it } from 'vitest'
import { tokenHost } from '../../../iam/bearer-token.ts'
import {
  arn,
  key,
  messageOf,
  presignedConnect,
  region,
  signedAtMs,
  tokenOf,
} from '../../../iam/testing/presigned-connect.ts'
import { ClusterAccess } from '../../../iam/cluster-access.ts'
import { testIdentities } from '../../../iam/testing/identities.ts'
import { iamMechanisms } from './iam-mechanisms.ts'

const endpoint = tokenHost(region)
const clusterArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/demo/u-1'
const done = { principal: `IAM:${arn}`, expiresAtMs: signedAtMs + 900_000 }

function evaluate(name: 'AWS_MSK_IAM' | 'OAUTHBEARER', message: string): SaslStep | Promise<SaslStep> {
  const access = new ClusterAccess(testIdentities({ region, ownerKey: key }), clusterArn, () => null)
  const effects = { clock: new TestClock(signedAtMs), random: seededRandom(1), logger: silentLogger }
  const mechanism = iamMechanisms(access, [{ host: 'b-1.demo' }], effects).find((one) => one.name === name)
  if (!mechanism) throw new Error(`no ${name}`)
  return mechanism.begin().evaluate(Buffer.from(message), '127.0.0.1')
}

function refusal(name: 'AWS_MSK_IAM' | 'OAUTHBEARER', message: string): LoginRefused {
  try {
    void evaluate(name, message)
  } catch (error) {
    if (error instanceof LoginRefused) return error
    throw error
  }
  throw new Error('it was let in')
}

describe('AWS_MSK_IAM', () => {
  const signedFor = async (host: string) => JSON.stringify(messageOf(host, await presignedConnect({ host })))

  it.each(['b-1.demo', 'localhost', '127.0.0.1', '::1'])(
    'lets in who has signed for the broker’s name %s, and answers what MSK’s library wants',
    async (host) => {
      const step = await evaluate('AWS_MSK_IAM', await signedFor(host))
      expect(step.done).toMatchObject(done)
      expect(step.reply.toString()).toMatch(/^\{"version":"2020_10_22","request-id":"[0-9a-f-]{36}"\}$/)
    },
  )

  it.each(['b-2.demo', 'b-1.demo:9098', endpoint])('refuses who has signed for %s', async (host) => {
    const { message, reason, challenge, facts } = refusal('AWS_MSK_IAM', await signedFor(host))
    expect(message).toMatch(/^\[[0-9a-f-]{36}\]: Access denied$/)
    expect(reason).toContain('it is signed for the host')
    expect(facts).toEqual({ request: message.slice(1, 37) })
    expect(challenge).toBeNull()
  })
})

describe('OAUTHBEARER', () => {
  const signed = async () => tokenOf(endpoint, await presignedConnect({ host: endpoint }))

  it.each([
    (token: string) => `n,,\u0001auth=Bearer ${token}\u0001\u0001`,
    (token: string) => `n,,\u0001auth=bearer  ${token}\u0001\u0001`,
    (token: string) => `n,,\u0001logicalCluster=a\u0001auth=Bearer ${token}\u0001pool=b\u0001\u0001`,
    (token: string) => `n,a=${arn},\u0001auth=Bearer ${token}\u0001\u0001`,
  ])('lets in who has signed for the endpoint, with an empty answer (message %#)', async (message) => {
    expect(await evaluate('OAUTHBEARER', message(await signed()))).toMatchObject({
      reply: Buffer.alloc(0),
      done,
    })
  })

  it('answers a token that lets nobody in with JSON before the refusal', async () => {
    const token = tokenOf(endpoint, await presignedConnect({ host: endpoint, region: 'eu-west-1' }))
    const { message, reason, challenge } = refusal('OAUTHBEARER', `n,,\u0001auth=Bearer ${token}\u0001\u0001`)
    expect(challenge?.toString()).toBe('{"status":"invalid_token"}')
    expect(message).toMatch(/^\[[0-9a-f-]{36}\]: Access denied$/)
    expect(reason).toMatch(/^its region is "eu-west-1", not us-east-1$/)
  })

  it.each([
    () => '',
    (token: string) => token,
    (token: string) => `n,,\u0001auth=Bearer ${token}`,
    (token: string) => `n,,\u0001auth=Bearer ${token}\u0001`,
    (token: string) => `n,,\u0001auth=Basic ${token}\u0001\u0001`,
    (token: string) => `y,,\u0001auth=Bearer ${token}\u0001\u0001`,
    (token: string) => `n,,\u0001auth=Bearer ${token}\u0001auth=Bearer ${token}\u0001\u0001`,
    (token: string) => `n,a=arn:aws:iam::1:root,\u0001auth=Bearer ${token}\u0001\u0001`,
    () => 'n,,\u0001auth=Bearer \u0001\u0001',
  ])('refuses what is not such a message (message %#)', async (message) => {
    const { message: told, challenge } = refusal('OAUTHBEARER', message(await signed()))
    expect(told).toMatch(/due to invalid credentials with SASL mechanism OAUTHBEARER$/)
    expect(challenge).toBeNull()
  })
})

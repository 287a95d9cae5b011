import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, it } from 'vitest'
import { credentials, portless, startTestService } from '../testing/test-service.ts'

async function client(secretAccessKey = credentials.secretAccessKey) {
  const service = await startTestService()
  return new STSClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9081',
    credentials: { ...credentials, secretAccessKey },
    requestHandler: portless((request) => service.handle(request)) as never,
    maxAttempts: 1,
  })
}

it('GetCallerIdentity says whose key it is: the account’s root', async () => {
  const identity = await (await client()).send(new GetCallerIdentityCommand({}))
  expect(identity).toMatchObject({
    Account: '000000000000',
    Arn: 'arn:aws:iam::000000000000:root',
    UserId: '000000000000',
  })
})

it('GetCallerIdentity says nothing to who signs with another key', async () => {
  const stranger = await client('another')
  await expect(stranger.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  })
})

it('AssumeRole is refused: there are no roles yet', async () => {
  const role = { RoleArn: 'arn:aws:iam::000000000000:role/reader', RoleSessionName: 'test' }
  await expect((await client()).send(new AssumeRoleCommand(role))).rejects.toMatchObject({
    name: 'NotImplementedException',
    message: 'AssumeRole is not implemented yet in Sluice.',
  })
})

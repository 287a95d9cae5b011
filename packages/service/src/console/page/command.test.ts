import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { commandOf } from './command.ts'

const kinesis = (operation: string, input: Record<string, unknown>) =>
  commandOf({ service: 'kinesis', operation, input })

it('names operations and members as the AWS CLI does', () => {
  expect(
    kinesis('UpdateMaxRecordSize', {
      StreamARN: 'arn:aws:kinesis:us-east-1:1:stream/a',
      MaxRecordSizeInKiB: 2_048,
    }),
  ).toBe(
    'aws kinesis update-max-record-size --stream-arn arn:aws:kinesis:us-east-1:1:stream/a --max-record-size-in-ki-b 2048',
  )
  expect(kinesis('DeleteStream', { StreamName: 'a', EnforceConsumerDeletion: true })).toBe(
    'aws kinesis delete-stream --stream-name a --enforce-consumer-deletion',
  )
  expect(kinesis('CreateStream', { StreamName: 'a', StreamModeDetails: { StreamMode: 'ON_DEMAND' } })).toBe(
    `aws kinesis create-stream --stream-name a --stream-mode-details '{"StreamMode":"ON_DEMAND"}'`,
  )
  expect(kinesis('EnableEnhancedMonitoring', { StreamName: 'a', ShardLevelMetrics: ['ALL', 'b c'] })).toBe(
    `aws kinesis enable-enhanced-monitoring --stream-name a --shard-level-metrics ALL 'b c'`,
  )
  expect(
    commandOf({ service: 'monitoring', operation: 'ListMetrics', input: { Namespace: undefined } }),
  ).toBe('aws cloudwatch list-metrics')
})

it.each(["it's", '$(rm -rf x)', '`x`', 'a\nb', '', '*', '-x', '~', 'a;b', '"', '\\'])(
  'is one word to a shell, whatever somebody has typed: %j',
  (text) => {
    const command = kinesis('PutRecord', { PartitionKey: text })
    const flag = text.startsWith('-') ? `--partition-key=${text}` : `--partition-key\n${text}`
    const seen = execFileSync('sh', ['-c', command.replace('aws', `printf '%s\\n'`)], { encoding: 'utf8' })
    expect(seen).toBe(`kinesis\nput-record\n${flag}\n`)
  },
)

import { ask, nameField } from '../action.ts'
import { kinesis } from '../command.ts'
import { h } from '../dom.ts'
import { toBase64 } from '../formats.ts'
import { mergeOrder, middleOf, neighboursOf } from './hash-space.ts'
import type { Shard, StreamSummary } from './kinesis.ts'
import type { Context } from '../page.ts'
import { consoleRoot, go, streamAddress } from '../route.ts'

/* What can be done to a stream, each an operation of the API. */

export function createStream(context: Context, after: () => void): void {
  ask(
    context,
    {
      title: 'Create a stream',
      verb: 'Create stream',
      fields: [
        nameField,
        {
          name: 'mode',
          label: 'Mode',
          kind: 'select',
          options: [
            ['ON_DEMAND', 'on demand: shards follow what comes'],
            ['PROVISIONED', 'provisioned: as many shards as are asked for'],
          ],
        },
        {
          name: 'shards',
          label: 'Shards',
          kind: 'number',
          value: '2',
          min: 1,
          max: 20_000,
          hint: 'Of a provisioned stream alone',
        },
      ],
      call: ({ name, mode, shards }) =>
        kinesis('CreateStream', {
          StreamName: name,
          ...(mode === 'PROVISIONED'
            ? { ShardCount: Number(shards) }
            : { StreamModeDetails: { StreamMode: mode } }),
        }),
      done: (_, { name = '' }) => {
        go(streamAddress(name))
        return `${name} is being made.`
      },
      failed: 'The stream was not made',
    },
    after,
  )
}

export function deleteStream(context: Context, name: string): void {
  ask(
    context,
    {
      title: `Delete ${name}`,
      verb: 'Delete stream',
      intro: h(
        'p',
        {},
        'All records that are in it are lost, and its consumers with it. It cannot be taken back.',
      ),
      confirm: name,
      call: () => kinesis('DeleteStream', { StreamName: name, EnforceConsumerDeletion: true }),
      done: () => {
        go(consoleRoot)
        return `${name} is deleted.`
      },
      failed: 'The stream was not deleted',
    },
    () => {},
  )
}

export function putRecord(context: Context, name: string, after: () => void): void {
  ask<{ ShardId: string; SequenceNumber: string }>(
    context,
    {
      title: `Put a record into ${name}`,
      verb: 'Put record',
      fields: [
        {
          name: 'key',
          label: 'Partition key',
          kind: 'text',
          value: 'user-1',
          required: true,
          hint: 'Its MD5 decides which shard the record goes to',
        },
        { name: 'data', label: 'Data', kind: 'area', value: '{"hello":"world"}' },
        { name: 'isBase64', label: 'The data are in base64', kind: 'check' },
        {
          name: 'hash',
          label: 'Explicit hash key',
          kind: 'text',
          pattern: '\\d{1,39}',
          hint: 'Instead of the MD5; empty for none. The command is for version 2 of the AWS CLI',
        },
      ],
      call: ({ key, data = '', isBase64, hash }) =>
        kinesis('PutRecord', {
          StreamName: name,
          PartitionKey: key,
          Data: isBase64 === 'yes' ? data.trim() : toBase64(data),
          ...(hash && { ExplicitHashKey: hash }),
        }),
      done: ({ ShardId: shard, SequenceNumber: number }) => `It went to ${shard}, as ${number}.`,
      failed: 'The record was not put',
      isRepeated: true,
    },
    after,
  )
}

export function splitShard(context: Context, name: string, shard: Shard, after: () => void): void {
  const { StartingHashKey: first, EndingHashKey: last } = shard.HashKeyRange
  ask(
    context,
    {
      title: `Split ${shard.ShardId}`,
      verb: 'Split shard',
      intro: h(
        'p',
        {},
        'It is closed, and two children take its hash keys. What is in it stays readable until retention ends.',
      ),
      fields: [
        {
          name: 'hash',
          label: 'First hash key of the second child',
          kind: 'text',
          value: middleOf(shard) ?? '',
          required: true,
          pattern: '\\d{1,39}',
          hint: `Between ${first} and ${last}; the middle makes two halves`,
        },
      ],
      call: ({ hash }) =>
        kinesis('SplitShard', { StreamName: name, ShardToSplit: shard.ShardId, NewStartingHashKey: hash }),
      done: () => `${shard.ShardId} is being split.`,
      failed: 'The shard was not split',
    },
    after,
  )
}

export function mergeShards(
  context: Context,
  name: string,
  shard: Shard,
  all: readonly Shard[],
  after: () => void,
): void {
  const neighbours = neighboursOf(shard, all)
  ask(
    context,
    {
      title: `Merge ${shard.ShardId} with its neighbour`,
      verb: 'Merge shards',
      intro: h('p', {}, 'Both are closed, and one child takes the hash keys of both.'),
      fields: [
        { name: 'other', label: 'With', kind: 'select', options: neighbours.map((id) => [id, id] as const) },
      ],
      call: ({ other = '' }) => {
        const [first, second] = mergeOrder(shard, other, all)
        return kinesis('MergeShards', {
          StreamName: name,
          ShardToMerge: first,
          AdjacentShardToMerge: second,
        })
      },
      done: (_, { other }) => `${shard.ShardId} and ${other} are being merged.`,
      failed: 'The shards were not merged',
    },
    after,
  )
}

export function scaleStream(context: Context, stream: StreamSummary, after: () => void): void {
  const { StreamName: name, OpenShardCount: count } = stream
  ask(
    context,
    {
      title: `Scale ${name}`,
      verb: 'Scale stream',
      intro: h('p', {}, 'Shards are split and merged until there are so many of equal size.'),
      fields: [
        {
          name: 'shards',
          label: 'Shards',
          kind: 'number',
          value: String(count * 2),
          min: 1,
          max: 20_000,
          hint: `There are ${count}: up to twice as many at once, and down to half`,
        },
      ],
      call: ({ shards }) =>
        kinesis('UpdateShardCount', {
          StreamName: name,
          TargetShardCount: Number(shards),
          ScalingType: 'UNIFORM_SCALING',
        }),
      done: (_, { shards }) => `${name} is on its way to ${shards} shards.`,
      failed: 'The stream was not scaled',
    },
    after,
  )
}

export function changeRetention(context: Context, stream: StreamSummary, after: () => void): void {
  const { StreamName: name, RetentionPeriodHours: hours } = stream
  ask(
    context,
    {
      title: `Retention of ${name}`,
      verb: 'Change retention',
      intro: h('p', {}, 'Records that are older than the new time are gone for good.'),
      fields: [
        {
          name: 'hours',
          label: 'Hours',
          kind: 'number',
          value: String(hours),
          min: 24,
          max: 8_760,
          hint: 'From 24 (a day) to 8,760 (a year)',
        },
      ],
      call: ({ hours: wanted }) =>
        kinesis(Number(wanted) < hours ? 'DecreaseStreamRetentionPeriod' : 'IncreaseStreamRetentionPeriod', {
          StreamName: name,
          RetentionPeriodHours: Number(wanted),
        }),
      done: (_, { hours: wanted }) => `${name} keeps records for ${wanted} hours.`,
      failed: 'The retention was not changed',
    },
    after,
  )
}

export function changeEncryption(context: Context, stream: StreamSummary, after: () => void): void {
  const { StreamName: name, EncryptionType: type, KeyId: keyId } = stream
  const isOn = type === 'KMS'
  ask(
    context,
    {
      title: isOn ? `Stop the encryption of ${name}` : `Start the encryption of ${name}`,
      verb: isOn ? 'Stop encryption' : 'Start encryption',
      intro: h(
        'p',
        {},
        'Here that is the flag alone: nothing is encrypted on disk, and any name of a key will do.',
      ),
      fields: [
        { name: 'key', label: 'KMS key', kind: 'text', value: keyId ?? 'alias/aws/kinesis', required: true },
      ],
      call: ({ key }) =>
        kinesis(isOn ? 'StopStreamEncryption' : 'StartStreamEncryption', {
          StreamName: name,
          EncryptionType: 'KMS',
          KeyId: key,
        }),
      done: () => (isOn ? 'Its encryption is being stopped.' : 'Its encryption is being started.'),
      failed: 'The encryption was not changed',
    },
    after,
  )
}

export function changeMode(context: Context, stream: StreamSummary, after: () => void): void {
  const { StreamName: name, StreamARN: arn, StreamModeDetails: mode } = stream
  const other = mode.StreamMode === 'ON_DEMAND' ? 'PROVISIONED' : 'ON_DEMAND'
  ask(
    context,
    {
      title: `Mode of ${name}`,
      verb: other === 'ON_DEMAND' ? 'Change to on demand' : 'Change to provisioned',
      intro: h(
        'p',
        {},
        other === 'ON_DEMAND'
          ? 'Shards follow what comes.'
          : 'Shards stay as many as they are until you scale it.',
      ),
      call: () => kinesis('UpdateStreamMode', { StreamARN: arn, StreamModeDetails: { StreamMode: other } }),
      done: () => `The mode of ${name} is being changed.`,
      failed: 'The mode was not changed',
    },
    after,
  )
}

export function changeShardMetrics(context: Context, stream: StreamSummary, after: () => void): void {
  const { StreamName: name } = stream
  const isOn = shardMetricsOf(stream).length > 0
  ask(
    context,
    {
      title: isOn ? `Measure shards of ${name} no more` : `Measure each shard of ${name}`,
      verb: isOn ? 'Stop measuring' : 'Measure shards',
      intro: h(
        'p',
        {},
        'What each shard takes and gives, and how old what is read of it is, once a minute, in CloudWatch and here.',
      ),
      call: () =>
        kinesis(isOn ? 'DisableEnhancedMonitoring' : 'EnableEnhancedMonitoring', {
          StreamName: name,
          ShardLevelMetrics: ['ALL'],
        }),
      done: () =>
        isOn
          ? 'Shards are not measured any more.'
          : 'Shards are measured: the first figures come within two minutes.',
      failed: 'The measuring of shards was not changed',
    },
    after,
  )
}

export function shardMetricsOf({ EnhancedMonitoring: monitoring }: StreamSummary): string[] {
  return monitoring.flatMap(({ ShardLevelMetrics: names }) => names)
}

export function registerConsumer(context: Context, arn: string, after: () => void): void {
  ask(
    context,
    {
      title: 'Register a consumer',
      verb: 'Register consumer',
      intro: h('p', {}, 'It has 2 MiB a second of each shard for itself, by SubscribeToShard.'),
      fields: [nameField],
      call: ({ name }) => kinesis('RegisterStreamConsumer', { StreamARN: arn, ConsumerName: name }),
      done: (_, { name }) => `${name} is being registered.`,
      failed: 'The consumer was not registered',
    },
    after,
  )
}

export function deregisterConsumer(context: Context, arn: string, consumer: string, after: () => void): void {
  ask(
    context,
    {
      title: `Deregister ${consumer}`,
      verb: 'Deregister consumer',
      intro: h('p', {}, 'Its subscriptions end. Records stay.'),
      confirm: consumer,
      call: () => kinesis('DeregisterStreamConsumer', { StreamARN: arn, ConsumerName: consumer }),
      done: () => `${consumer} is being deregistered.`,
      failed: 'The consumer was not deregistered',
    },
    after,
  )
}

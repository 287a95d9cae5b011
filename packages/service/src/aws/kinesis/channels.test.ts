import {
  CreateChannelCommand,
  type CreateChannelCommandInput,
  DeleteChannelCommand,
  DeleteStreamCommand,
  DescribeChannelCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  ListChannelsCommand,
  ListTagsForResourceCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UpdateChannelCommand,
  type UpdateChannelCommandInput,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alice, allowAlice, identities } from './testing/alice.ts'
import {
  beginWithOrders,
  channelInput,
  createChannel,
  describedChannel,
  fromStream,
  kinesis,
  listedChannels,
  makeStream,
  service,
  statusOf,
  StreamARN,
  tablesDestination,
  toS3,
  toTables,
} from './testing/test-channels.ts'
import { stopAll } from './testing/test-streams.ts'

afterEach(stopAll)

describe('a channel', () => {
  beforeEach(() => beginWithOrders({ identities }))

  it('is made, described with its defaults, listed, updated and deleted', async () => {
    const ChannelARN = await createChannel({ Tags: { team: 'a' } })
    const id = ChannelARN.slice(ChannelARN.indexOf('channel/') + 'channel/'.length)
    expect(ChannelARN).toBe(`arn:aws:kinesis:us-east-1:000000000000:channel/${id}`)
    expect(await describedChannel(ChannelARN)).toMatchObject({
      ChannelName: 'lake',
      ChannelId: id,
      ChannelStatus: 'ACTIVE',
      ServiceExecutionRoleARN: 'arn:aws:iam::000000000000:role/deliver',
      StreamConfigurationList: [{ ...fromStream()[0], StreamCreationTimestamp: expect.any(Date) }],
      S3DestinationConfiguration: {
        DataFreshnessInSeconds: 300,
        DeadLetterQueueS3Configuration: {
          BucketARN: 'arn:aws:s3:::lake',
          ExpectedBucketOwner: '000000000000',
          ErrorOutputPrefix: `kinesis-channel/errors/lake/${id}/`,
        },
        StorageConfiguration: {
          BucketARN: 'arn:aws:s3:::lake',
          CompressionType: 'NONE',
          StorageClass: 'STANDARD',
          OutputKeyTemplate: expect.stringMatching(/^kinesis-channel\/!\{channel-name\}\//),
        },
      },
      LoggingConfiguration: { CloudWatchLogs: { Enabled: false } },
    })
    const { found } = await listedChannels()
    expect(found).toMatchObject([
      {
        ChannelName: 'lake',
        ChannelDestinationType: 'S3',
        Streams: [{ StreamARN }],
        ChannelStatus: 'ACTIVE',
      },
    ])
    const update = (change: Partial<UpdateChannelCommandInput>) =>
      kinesis.send(new UpdateChannelCommand({ ChannelARN, ...change }))
    const { ChannelDescription: updated } = await update({
      S3DestinationConfiguration: { DataFreshnessInSeconds: 900 },
      LoggingConfiguration: { CloudWatchLogs: { Enabled: true } },
    })
    expect(updated?.ChannelStatus).toBe('UPDATING')
    await expect.poll(() => statusOf(ChannelARN)).toBe('ACTIVE')
    expect(await describedChannel(ChannelARN)).toMatchObject({
      S3DestinationConfiguration: { DataFreshnessInSeconds: 900 },
      LoggingConfiguration: {
        CloudWatchLogs: {
          Enabled: true,
          LogGroupName: `/aws/kinesis/lake/${id}`,
          LogStreamName: 'DestinationDelivery',
        },
      },
    })
    const invalid = { name: 'InvalidArgumentException' }
    await expect(update({})).rejects.toMatchObject(invalid)
    await expect(
      update({ S3DestinationConfiguration: { DataFreshnessInSeconds: 299 } }),
    ).rejects.toMatchObject(invalid)
    await expect(
      update({ S3TablesDestinationConfiguration: { DataFreshnessInSeconds: 300 } }),
    ).rejects.toMatchObject(invalid)
    const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }))
    expect(summary.StreamDescriptionSummary).toMatchObject({ ChannelCount: 1 })
    expect(await kinesis.send(new DescribeLimitsCommand())).toMatchObject({
      ChannelCount: 1,
      ChannelCountLimit: 100,
    })
    await kinesis.send(new DeleteChannelCommand({ ChannelARN }))
    await expect
      .poll(() => describedChannel(ChannelARN).catch((error) => error))
      .toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('has tags, and no policy', async () => {
    const ResourceARN = await createChannel({ Tags: { team: 'a' } })
    await kinesis.send(new TagResourceCommand({ ResourceARN, Tags: { stage: 'b' } }))
    const { Tags } = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN }))
    expect(Tags).toEqual([
      { Key: 'stage', Value: 'b' },
      { Key: 'team', Value: 'a' },
    ])
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] })
    await expect(kinesis.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    })
  })

  it('is refused where the request is wrong', async () => {
    await makeStream('provisioned', 'PROVISIONED')
    const arnOf = (name: string) => StreamARN.replace('orders', name)
    const template = (OutputKeyTemplate: string, CompressionType = 'NONE') => ({
      S3DestinationConfiguration: toS3({ OutputKeyTemplate, CompressionType }),
    })
    const invalid = 'InvalidArgumentException'
    const both = { S3TablesDestinationConfiguration: tablesDestination() }
    const refusals: [change: Partial<CreateChannelCommandInput>, name: string, message?: RegExp][] = [
      [
        {
          S3DestinationConfiguration: {
            ...toS3(),
            DeadLetterQueueS3Configuration: {
              ...{ BucketARN: 'arn:aws:s3:::lake', ExpectedBucketOwner: '000000000000' },
              ErrorOutputPrefix: `bad/${'x'.repeat(252)}`,
            },
          },
        },
        invalid,
        /Between two slashes an ErrorOutputPrefix/,
      ],
      [{ S3DestinationConfiguration: undefined }, invalid, /not both/],
      [both, invalid, /not both/],
      [{ StreamConfigurationList: [...fromStream(), ...fromStream()] }, invalid, /exactly one stream/],
      [{ StreamConfigurationList: fromStream('GSR_JSON') }, invalid, /GSR_JSON/],
      [{ ...toTables, StreamConfigurationList: fromStream('STRING') }, invalid, /STRING/],
      [{ ...toTables, StreamConfigurationList: fromStream('JSON') }, invalid, /GSRSchemaARN/],
      [{ S3DestinationConfiguration: { ...toS3(), DataFreshnessInSeconds: 901 } }, invalid, /300 and 900/],
      [
        { EncryptionConfiguration: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' } },
        invalid,
        /customer/,
      ],
      [{ Tags: { 'aws:x': '1' } }, invalid],
      [
        { StreamConfigurationList: fromStream('JSON', arnOf('none')) },
        'ResourceNotFoundException',
        /Stream none/,
      ],
      [
        { StreamConfigurationList: fromStream('JSON', arnOf('provisioned')) },
        'ValidationException',
        /in Provisioned mode/,
      ],
      [template('/data/!{channel-name}'), invalid, /start/],
      [template('data//!{channel-name}'), invalid, /consecutive/],
      [template('data/../!{channel-name}'), invalid, /traversal/],
      [template('data/./!{channel-name}'), invalid, /traversal/],
      [template('data/!{channel-name}/!{yyyy'), invalid, /not closed/],
      [template('data/!{partition-id}'), invalid, /partition-id/],
      [template('a:b/!{yyyy}'), invalid, /may contain/],
      [template('!{extension}/!{yyyy}', 'GZIP'), invalid, /at its end/],
      [template('!{extension}!{extension}', 'GZIP'), invalid, /at its end/],
      [template('!{yyyy}!{extension:.JSON}'), invalid, /unsupported/],
      [template('data/!{channel-name}', 'GZIP'), invalid, /extension placeholder/],
      [template(`${'a/'.repeat(495)}!{yyyy}`), invalid, /986/],
      [template(`${'a'.repeat(250)}!{yyyy}`), invalid, /directory/],
    ]
    for (const [change, name, message = /./] of refusals) {
      const asked = kinesis.send(new CreateChannelCommand(channelInput(change)))
      await expect(asked, JSON.stringify(change)).rejects.toMatchObject({
        name,
        message: expect.stringMatching(message),
      })
    }
    expect((await listedChannels()).names).toEqual([])
    await createChannel()
    await expect(createChannel()).rejects.toMatchObject({ name: 'ResourceInUseException' })
    await expect(createChannel({ ChannelName: 'other' })).rejects.toMatchObject({
      name: 'LimitExceededException',
    })
    const unknown = { ChannelARN: 'arn:aws:kinesis:us-east-1:000000000000:channel/none' }
    for (const command of [
      new DescribeChannelCommand(unknown),
      new DeleteChannelCommand(unknown),
      new UpdateChannelCommand(unknown),
    ])
      await expect(kinesis.send(command as DescribeChannelCommand)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      })
  })

  it('to streaming tables fails, and says that they are not served', async () => {
    const ChannelARN = await createChannel(toTables)
    expect(await describedChannel(ChannelARN)).toMatchObject({
      ChannelStatus: 'FAILED',
      ChannelStatusReason: expect.stringMatching(/not served here.*Nothing is delivered/),
      S3TablesDestinationConfiguration: { DataFreshnessInSeconds: 300 },
    })
    await expect(
      kinesis.send(
        new UpdateChannelCommand({
          ChannelARN,
          S3TablesDestinationConfiguration: { DataFreshnessInSeconds: 300 },
        }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceInUseException' })
    // One of the other kind may be beside it.
    await createChannel()
    expect((await listedChannels()).found).toMatchObject([
      { ChannelDestinationType: 'S3' },
      { ChannelDestinationType: 'S3_TABLES', ChannelStatus: 'FAILED' },
    ])
  })

  it('keeps its stream from being deleted or provisioned', async () => {
    const ChannelARN = await createChannel()
    const deletion = () => kinesis.send(new DeleteStreamCommand({ StreamARN, EnforceConsumerDeletion: true }))
    await expect(deletion()).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: expect.stringContaining('lake'),
    })
    await expect(
      kinesis.send(
        new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode: 'PROVISIONED' } }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceInUseException' })
    await kinesis.send(new DeleteChannelCommand({ ChannelARN }))
    await expect.poll(async () => (await listedChannels()).names).toEqual([])
    await deletion()
  })

  it('is listed in pages, and by its stream', async () => {
    await makeStream('other')
    for (const [at, ChannelName] of ['c', 'a', 'b'].entries()) {
      if (at > 0) await makeStream(`of-${ChannelName}`)
      const arn = at > 0 ? StreamARN.replace('orders', `of-${ChannelName}`) : StreamARN
      await createChannel({ ChannelName, StreamConfigurationList: fromStream('JSON', arn) })
    }
    const first = await listedChannels({ MaxResults: 2 })
    expect(first.names).toEqual(['a', 'b'])
    const second = await listedChannels({ MaxResults: 2, NextToken: first.NextToken })
    expect(second).toMatchObject({ names: ['c'], NextToken: undefined })
    const of = (change: object) => listedChannels({ StreamFilter: [{ StreamARN, ...change }] })
    expect((await of({})).names).toEqual(['c'])
    const created = second.found[0]?.Streams?.[0]?.StreamCreationTimestamp
    expect((await of({ StreamCreationTimestamp: created })).names).toEqual(['c'])
    expect((await of({ StreamCreationTimestamp: new Date(0) })).names).toEqual([])
  })

  it('is for those whom their policies allow it', async () => {
    const ofAlice = service.kinesisClient(alice)
    const denied = { name: 'AccessDeniedException' }
    const creation = () => ofAlice.send(new CreateChannelCommand(channelInput()))
    allowAlice(['CreateChannel', StreamARN])
    await expect(creation()).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining('kinesis:AssociateStreamsWithChannel'),
    })
    allowAlice(['CreateChannel', StreamARN], ['AssociateStreamsWithChannel', StreamARN])
    const { ChannelDescription: made } = await creation()
    const ChannelARN = made?.ChannelARN ?? ''
    await expect(ofAlice.send(new DescribeChannelCommand({ ChannelARN }))).rejects.toMatchObject(denied)
    allowAlice(['DescribeChannel', ChannelARN])
    await ofAlice.send(new DescribeChannelCommand({ ChannelARN }))
    await expect(ofAlice.send(new ListChannelsCommand())).rejects.toMatchObject(denied)
    allowAlice(['ListChannels', 'arn:aws:kinesis:us-east-1:000000000000:stream/*'])
    await ofAlice.send(new ListChannelsCommand())
  })
})

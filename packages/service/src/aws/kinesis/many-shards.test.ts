import { CreateStreamCommand, PutRecordsCommand, UpdateShardCountCommand } from '@aws-sdk/client-kinesis'
import { MemoryDisk } from '@sluice/effects'
import { afterEach, expect, it } from 'vitest'
import { active, put, start, startWithStream, stopAll } from './testing/test-streams.ts'

afterEach(stopAll)

const StreamName = 'orders'

/** One for each of many shards. */
const Records = Array.from({ length: 500 }, (_, n) => ({ PartitionKey: String(n), Data: Buffer.from('x') }))

it('a stream of a thousand shards takes records as soon as it is ACTIVE, and as soon as it is there again', async () => {
  const disk = new MemoryDisk()
  const first = await startWithStream(1_000, { disk })
  expect((await first.kinesis.send(new PutRecordsCommand({ StreamName, Records }))).FailedRecordCount).toBe(0)
  await first.service.streams.stop()
  const { kinesis } = await start({ disk })
  await put(kinesis, 'again')
  expect((await kinesis.send(new PutRecordsCommand({ StreamName, Records }))).FailedRecordCount).toBe(0)
})

it('shards that are split at once take records while that is done, and then', {
  timeout: 120_000,
}, async () => {
  const { kinesis } = await start()
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 250 }))
  await active(kinesis)
  await kinesis.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount: 500, ScalingType: 'UNIFORM_SCALING' }),
  )
  const failed: (number | undefined)[] = []
  const filling = async () => {
    for (let n = 0; n < 10; n++)
      failed.push((await kinesis.send(new PutRecordsCommand({ StreamName, Records }))).FailedRecordCount)
  }
  await Promise.all([filling(), active(kinesis)])
  failed.push((await kinesis.send(new PutRecordsCommand({ StreamName, Records }))).FailedRecordCount)
  expect(failed).toEqual(failed.map(() => 0))
})

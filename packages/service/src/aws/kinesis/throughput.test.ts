import { PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { afterEach, describe, expect, it } from 'vitest'
import { iterator, page, put, startWithStream, stillClock, stopAll } from './testing/test-streams.ts'

afterEach(stopAll)

/** With one shard, under a clock whose time of day stands still until it is moved. */
async function open() {
  const { clock, move } = stillClock()
  const options = { clock, streamsAreLimited: true, acceptAnySignature: true }
  const { kinesis } = await startWithStream(1, options)
  return { kinesis, move }
}

const exceeded = {
  name: 'ProvisionedThroughputExceededException',
  message: 'Rate exceeded for shard shardId-000000000000 in stream orders under account 000000000000.',
}

describe('a shard', () => {
  it('takes 1 MiB and 1,000 records a second', async () => {
    const { kinesis, move } = await open()
    await put(kinesis, 'x'.repeat(1_000_000))
    await expect(put(kinesis, 'x'.repeat(100_000))).rejects.toMatchObject(exceeded)
    move(1_000)
    await put(kinesis, 'x'.repeat(100_000))
    move(1_000)
    const Records = Array.from({ length: 500 }, () => ({ PartitionKey: 'k', Data: Buffer.from('a') }))
    const many = () => kinesis.send(new PutRecordsCommand({ StreamName: 'orders', Records }))
    expect([(await many()).FailedRecordCount, (await many()).FailedRecordCount]).toEqual([0, 0])
    const third = await many()
    expect(third.FailedRecordCount).toBe(500)
    expect(third.Records?.[0]).toEqual({ ErrorCode: exceeded.name, ErrorMessage: exceeded.message })
    move(500)
    expect((await many()).FailedRecordCount).toBe(0)
  })

  it('is read five times a second, and gives 2 MiB a second over time', async () => {
    const { kinesis, move } = await open()
    for (let at = 0; at < 8; at++) {
      await put(kinesis, 'x'.repeat(1_000_000))
      move(1_000)
    }
    const from = await iterator(kinesis)
    expect((await page(kinesis, from)).texts).toHaveLength(8)
    await expect(page(kinesis, from)).rejects.toMatchObject(exceeded)
    move(2_000)
    await expect(page(kinesis, from)).rejects.toMatchObject(exceeded)
    move(2_000)
    const latest = await iterator(kinesis, { ShardIteratorType: 'LATEST' })
    for (let at = 0; at < 5; at++) await page(kinesis, latest)
    await expect(page(kinesis, latest)).rejects.toMatchObject(exceeded)
  })
})

it('gives five iterators of a shard a second', async () => {
  const { kinesis, move } = await open()
  for (let at = 0; at < 5; at++) await iterator(kinesis)
  await expect(iterator(kinesis)).rejects.toMatchObject(exceeded)
  move(200)
  await iterator(kinesis)
  await expect(iterator(kinesis)).rejects.toMatchObject(exceeded)
})

describe('time', () => {
  it('makes iterators expire after five minutes, and records after the retention', async () => {
    const { kinesis, move } = await open()
    await put(kinesis, 'a')
    move(23 * 3_600_000)
    await put(kinesis, 'b')
    const from = await iterator(kinesis)
    const both = await page(kinesis, from, 1)
    expect(both).toMatchObject({ texts: ['a'], behind: 23 * 3_600_000 })
    move(300_000)
    expect((await page(kinesis, from)).texts).toEqual(['a', 'b'])
    move(1)
    await expect(page(kinesis, from)).rejects.toMatchObject({
      name: 'ExpiredIteratorException',
      message: expect.stringMatching(
        /^Iterator expired\. The iterator was created at time \w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} while right now it is .* which is further in the future than the tolerated delay of 300000 milliseconds\.$/,
      ),
    })
    move(2 * 3_600_000)
    expect((await page(kinesis, await iterator(kinesis))).texts).toEqual(['b'])
    move(24 * 3_600_000)
    expect(await page(kinesis, await iterator(kinesis))).toMatchObject({ texts: [], behind: 0 })
  })
})

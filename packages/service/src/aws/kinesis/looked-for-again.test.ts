import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { noStream } from './operation.ts'
import { lookedForAgain } from './looked-for-again.ts'
import { shardsOf, startWithStream, stopAll } from './testing/test-streams.ts'

afterEach(stopAll)

it('is not found where a stream is deleted between the look for it and what is asked of its log', async () => {
  const { service, kinesis } = await startWithStream()
  const [{ ShardId } = {}] = await shardsOf(kinesis)
  const { streams } = service
  const stream = streams.byName('orders')
  expect([stream?.record.state, ShardId]).toEqual(['ACTIVE', 'shardId-000000000000'])
  if (stream) streams.delete(stream)
  while (streams.byName('orders')) await setImmediate()
  let asked = 0
  const handler = lookedForAgain(async () => {
    asked++
    // The first time it has found the stream that is gone by now.
    const found = asked === 1 ? stream : streams.byName('orders')
    const [shard] = found?.record.shards ?? []
    if (!found || !shard) throw noStream({ streams }, 'orders')
    return { offset: await found.offsetAt(shard, 0) }
  })
  await expect(handler({} as never, {} as never)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  expect(asked).toBe(2)
})

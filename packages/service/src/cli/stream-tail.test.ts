import { silentLogger, systemClock } from '@sluice/effects'
import { afterEach, expect, it, vi } from 'vitest'
import { credentials } from '../aws/testing/test-service.ts'
import {
  iterator,
  page,
  put,
  startWithStream,
  stillClock,
  stopAll,
} from '../aws/kinesis/testing/test-streams.ts'
import { type HttpListener, listen } from '../http/listener.ts'
import { KinesisApi } from './kinesis-api.ts'
import { tailStream } from './stream-tail.ts'

let listener: HttpListener | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await listener?.close()
  await stopAll()
})

it.each(['GetShardIterator', 'GetRecords'])('waits where a shard takes no more of %s', async (operation) => {
  const { clock, move } = stillClock()
  const refused: string[] = []
  const { service, kinesis } = await startWithStream(1, {
    clock,
    streamsAreLimited: true,
    audit: ({ eventName, errorCode }) => {
      if (errorCode === 'ProvisionedThroughputExceededException') refused.push(String(eventName))
    },
  })
  await put(kinesis, 'hello')
  const from = await iterator(kinesis)
  for (let more = 0; more < 5; more++) {
    if (operation === 'GetRecords') await page(kinesis, from)
    else if (more > 0) await iterator(kinesis)
  }
  const effects = { clock: systemClock(), logger: silentLogger }
  listener = await listen(service.endpoint, { host: '127.0.0.1', port: 0 }, effects)
  const scope = { region: 'us-east-1', service: 'kinesis' }
  const api = new KinesisApi({ host: '127.0.0.1', port: listener.port, credentials, scope })
  const written: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  const tailing = tailStream(api, 'orders', { fromStart: true, once: true, output: 'table' })
  await expect.poll(() => refused, { timeout: 10_000 }).toEqual([operation])
  move(1_000)
  await tailing
  expect(written).toEqual(['shardId-000000000000  k  hello\n'])
})

import { AlterConfigs, ConfigResourceType, ErrorCode, IncrementalAlterConfigs } from '@sluice/wire'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { TestBroker } from './testing/test-broker.ts'

let test: TestBroker
beforeEach(async () => {
  test = await new TestBroker().open()
})
afterEach(() => test.close())

const broker = (resourceName: string) => ({
  resourceType: ConfigResourceType.broker,
  resourceName,
  configs: [{ name: 'log.cleaner.threads', configOperation: 0, value: '1' }],
})

it('changes what is this broker’s, and refuses what is another’s in its place', async () => {
  const client = await test.connect()
  for (const api of [AlterConfigs, IncrementalAlterConfigs] as const) {
    const resources = ['2', '1', '-1'].map(broker)
    const { responses } = await client.send(api as typeof AlterConfigs, 1, { resources })
    expect(responses.map(({ resourceName, errorCode }) => [resourceName, errorCode])).toEqual([
      ['2', ErrorCode.INVALID_REQUEST],
      ['1', ErrorCode.NONE],
      ['-1', ErrorCode.INVALID_REQUEST],
    ])
  }
})

import { MemoryDisk } from '@sluice/effects'
import { expect, it } from 'vitest'
import { appendToObject } from './object-logs.ts'

it('what is more than an object may hold begins the next one, and all that follows goes there', () => {
  const disk = new MemoryDisk()
  const append = (text: string) => appendToObject(disk, { directory: '/s3', broker: 1, text, nowMs: 0 })
  const large = 'x'.repeat(10 * 1_048_576)
  for (const text of [large, large, 'y']) append(text)
  const hour = '/s3/1970-01-01-00'
  const sizes = disk.readdirSync(hour).map(({ name }) => [name, disk.statSync(`${hour}/${name}`).size])
  expect(Object.fromEntries(sizes)).toEqual({
    'Broker-1_00-00.log': large.length,
    'Broker-1_00-00_1.log': large.length + 1,
  })
})

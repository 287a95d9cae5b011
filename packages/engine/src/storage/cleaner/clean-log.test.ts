import { CodecId } from '@sluice/wire'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyedLog, latestOf } from '../testing/keyed-log.ts'

const valuesOf = (records: readonly { key: string | null; value: string | null }[]) =>
  records.map(({ key, value }) => `${key}=${value}`)

describe('a cleaning', () => {
  test('leaves the last record of each key, at its offset, and the active segment alone', async () => {
    const own = new KeyedLog()
    await own.put([
      { key: 'a', value: '1' },
      { key: 'b', value: '1' },
    ])
    await own.put([{ key: 'a', value: '2' }])
    own.log.roll()
    await own.put([{ key: 'b', value: '2' }])
    expect(await own.clean()).toBe(3)
    const records = await own.records()
    expect(records.map(({ offset, key, value }) => `${offset} ${key}=${value}`)).toEqual([
      '1 b=1',
      '2 a=2',
      '3 b=2',
    ])
    expect(own.cleanable().isDue).toBe(false)
  })

  test('makes one segment of several small ones, and removes what is left of these', async () => {
    const own = new KeyedLog()
    for (let i = 0; i < 4; i++) {
      await own.put([{ key: 'a', value: `${i}` }])
      own.log.roll()
    }
    await own.clean()
    expect(own.log.segmentCount).toBe(2)
    expect(valuesOf(await own.records())).toEqual(['a=3'])
    expect(own.context.fileNames().filter((name) => /cleaned|swap/.test(name))).toEqual([])
    await own.context.clock.advance(own.log.config.fileDeleteDelayMs)
    expect(own.context.fileNames().filter((name) => name.endsWith('.log'))).toEqual([
      '00000000000000000000.log',
      '00000000000000000004.log',
    ])
    expect(own.context.fileNames().filter((name) => name.endsWith('.deleted'))).toEqual([])
  })

  test('goes on where memory for keys has ended', async () => {
    const own = new KeyedLog()
    for (const key of 'abcdefghabcdefgh') await own.put([{ key, value: key }])
    own.log.roll()
    const first = await own.clean({ mapBytes: 24 * 5 })
    expect(first).toBeLessThan(16)
    for (let tries = 0; tries < 20 && own.cleanable().isDue; tries++) await own.clean({ mapBytes: 24 * 5 })
    expect((await own.records()).map(({ offset }) => offset)).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
  })

  test('keeps a tombstone for delete.retention.ms from the first cleaning on', async () => {
    const own = new KeyedLog({ deleteRetentionMs: 1_000 })
    await own.put([{ key: 'a', value: '1' }])
    await own.put([{ key: 'a', value: null }])
    own.log.roll()
    await own.clean()
    expect(valuesOf(await own.records())).toEqual(['a=null'])
    await own.put([{ key: 'b', value: '1' }])
    own.log.roll()
    await own.context.clock.advance(999)
    await own.clean()
    expect(valuesOf(await own.records())).toEqual(['a=null', 'b=1'])
    await own.put([{ key: 'b', value: '2' }])
    own.log.roll()
    await own.context.clock.advance(1)
    await own.clean()
    expect(valuesOf(await own.records())).toEqual(['b=2'])
  })
})

/** What happens to a log. */
const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const someRecords = fc.array(
  fc.record({ key: keys, value: fc.option(fc.string({ maxLength: 20 }), { freq: 3 }) }),
  { minLength: 1, maxLength: 4 },
)
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ records: someRecords, codec: fc.constantFrom(...Object.values(CodecId)) }),
  },
  { weight: 2, arbitrary: fc.record({ records: someRecords, producerId: fc.constantFrom(7, 8) }) },
  { weight: 4, arbitrary: fc.record({ records: someRecords, transactionOf: fc.constantFrom(1, 2, 3) }) },
  { weight: 3, arbitrary: fc.record({ endOf: fc.constantFrom(1, 2, 3), commit: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant('roll' as const) },
  { weight: 2, arbitrary: fc.record({ passMs: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 2, arbitrary: fc.record({ cleanWith: fc.constantFrom(24 * 4, 24 * 12, 1 << 16) }) },
  { weight: 1, arbitrary: fc.constant('reload' as const) },
)
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never

async function happen(own: KeyedLog, what: Event): Promise<void> {
  if (what === 'roll') own.log.roll()
  else if (what === 'reload') own.reload()
  else if ('passMs' in what) await own.context.clock.advance(what.passMs)
  else if ('cleanWith' in what) {
    if (own.cleanable().isDue) await own.clean({ mapBytes: what.cleanWith })
  } else if ('endOf' in what) own.endTransaction(what.endOf, what.commit)
  else if ('transactionOf' in what)
    await own.put(what.records, { producerId: what.transactionOf, isTransactional: true })
  else await own.put(what.records, what)
}

test('whatever happens, readers find of each key what they would have found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const own = new KeyedLog({ deleteRetentionMs: 1_000, segmentBytes: 600 })
      const whole = new KeyedLog({ segmentBytes: 600 })
      for (const what of events) {
        await happen(own, what)
        if (what !== 'reload' && !(typeof what === 'object' && 'cleanWith' in what)) await happen(whole, what)
      }
      expect(own.log.logEndOffset).toBe(whole.log.logEndOffset)
      expect(own.log.lastStableOffset).toBe(whole.log.lastStableOffset)
      const records = await own.records()
      for (const record of records)
        expect(own.written[own.written.findIndex((one) => one.offset === record.offset)]).toEqual(record)
      expect(records.map(({ offset }) => offset)).toEqual(
        records.map(({ offset }) => offset).toSorted((a, b) => a - b),
      )
      expect(latestOf(await own.records('committed'))).toEqual(latestOf(await whole.records('committed')))
    }),
    { numRuns: 150 },
  )
})

test('behind a cleaning of all that can be cleaned no key is there twice, and another one changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 60 }), async (events) => {
      const own = new KeyedLog({ segmentBytes: 600 })
      for (const what of events) await happen(own, what)
      own.log.roll()
      const { endOffset } = own.cleanable()
      await own.clean()
      const cleaned = (await own.records()).filter(({ offset }) => offset < endOffset)
      expect(new Set(cleaned.map(({ key }) => key)).size).toBe(cleaned.length)
      // A marker whose transaction is empty by now has its time from the next one on.
      await own.clean()
      expect((await own.records()).filter(({ offset }) => offset < endOffset)).toEqual(cleaned)
      const before = own.bytes()
      await own.clean()
      expect(own.bytes().equals(before)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('of each producer that is known the last batch stays, or its header', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const own = new KeyedLog({ deleteRetentionMs: 500, segmentBytes: 600 })
      for (const what of events) await happen(own, what)
      own.log.roll()
      if (own.cleanable().isDue) await own.clean()
      const known = () =>
        own.log
          .activeProducers()
          .filter(({ lastSequence }) => lastSequence >= 0)
          .map(({ producerId, producerEpoch, lastSequence }) => ({ producerId, producerEpoch, lastSequence }))
          .toSorted((a, b) => Number(a.producerId) - Number(b.producerId))
      const before = known()
      const { disk, directory } = own.context
      for (const name of own.context.fileNames())
        if (name.endsWith('.snapshot')) disk.unlinkSync(`${directory}/${name}`)
      own.reload()
      expect(known()).toEqual(before)
    }),
    { numRuns: 100 },
  )
})

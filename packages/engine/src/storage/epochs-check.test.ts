import { expect, test } from 'vitest'
import { FileCache } from './file-cache.ts'
import { type Loss, lossSentences } from './losses.ts'
import { append, batchOf, LogContext } from './testing/log-context.ts'

const path = '/data/events-0/leader-epoch-checkpoint'

/** A log of three epochs that was stopped cleanly. */
function stopped(config: ConstructorParameters<typeof LogContext>[0] = {}): LogContext {
  const context = new LogContext(config)
  const log = context.load()
  for (let i = 0; i < 30; i++) append(log, batchOf(1), i < 10 ? 1 : i < 25 ? 5 : 7)
  log.close({ clean: true })
  return context
}

function loadAgain(context: LogContext, options: Parameters<LogContext['load']>[0] = {}) {
  const losses: Loss[] = []
  context.files = new FileCache(context.disk)
  const onLoss = (loss: Loss) => void losses.push(loss)
  const log = context.load({ recoveryPoint: 30, onLoss, ...options })
  return { log, losses }
}

const epochs = [
  { epoch: 1, startOffset: 0 },
  { epoch: 5, startOffset: 10 },
  { epoch: 7, startOffset: 25 },
]

test('leader epochs of which a digit is another one are those of the batches, and the file is told', () => {
  const text = stopped().file('leader-epoch-checkpoint').toString()
  expect(text).toBe('0\n3\n1 0\n5 10\n7 25\n')
  for (const [at, digit] of text.split('').entries()) {
    if (!/\d/.test(digit)) continue
    for (const other of '0123456789'.replace(digit, '')) {
      const context = stopped()
      const changed = text.slice(0, at) + other + text.slice(at + 1)
      context.disk.writeFileAtomicSync(path, changed)
      const { log, losses } = loadAgain(context)
      expect([changed, log.leaderEpochs.entries]).toEqual([changed, epochs])
      expect([changed, losses]).toMatchObject([changed, [{ kind: 'file unreadable', path }]])
      // The next flush puts it right.
      log.close({ clean: true })
      expect(loadAgain(context).losses).toEqual([])
    }
  }
})

test('so are those that a later segment says to be wrong, of a log that begins within an epoch', () => {
  const context = stopped({ segmentBytes: 500 })
  context.disk.writeFileAtomicSync(path, '0\n3\n1 0\n4 10\n7 25\n')
  const { log, losses } = loadAgain(context, { logStartOffset: 12 })
  expect(log.segmentCount).toBeGreaterThan(3)
  expect(log.leaderEpochs.entries).toEqual([
    { epoch: 5, startOffset: 12 },
    { epoch: 7, startOffset: 25 },
  ])
  expect(lossSentences(losses)).toEqual([
    `${path} says otherwise than the records: leader epochs are known from the batches alone.`,
  ])
})

test('leader epochs that are gone are those of the batches', () => {
  const context = stopped()
  context.disk.removeSync(path)
  const { log, losses } = loadAgain(context)
  expect(log.leaderEpochs.entries).toEqual(epochs)
  expect(losses).toEqual([])
})

test('leader epochs that are right are left alone, wherever the log begins', () => {
  for (const segmentBytes of [500, 100_000])
    for (let logStartOffset = 0; logStartOffset < 30; logStartOffset++) {
      const { log, losses } = loadAgain(stopped({ segmentBytes }), { logStartOffset })
      expect([logStartOffset, losses]).toEqual([logStartOffset, []])
      expect(log.leaderEpochs.latestEpoch).toBe(7)
    }
})

import { describe, expect, it } from 'vitest'
import { lineLogger } from './logger.ts'

function lineOf(fields: Record<string, unknown>): string {
  const lines: string[] = []
  lineLogger(
    (line) => lines.push(line),
    'info',
    () => 0,
  ).info('hello', fields)
  return lines.join('\n')
}

describe('a line of the log', () => {
  it('has time, level, message and facts, quoted where they need it', () => {
    const fields = { topic: 'events', reason: 'two words', count: 3, at: { partition: 1 }, none: undefined }
    expect(lineOf(fields)).toBe(
      '1970-01-01T00:00:00.000Z INFO hello topic=events reason="two words" count=3 at={"partition":1} none=undefined',
    )
  })

  it('takes an int64 that no number holds, alone and in what it stands in', () => {
    const producerId = 2n ** 53n + 1n
    expect(lineOf({ producerId, entry: { ids: [producerId] } })).toMatch(
      /producerId=9007199254740993 entry=\{"ids":\["9007199254740993"\]\}$/,
    )
  })
})

import { describe, expect, test } from 'vitest'
import { systemRandom } from './random.ts'

describe("the system's random numbers", () => {
  const random = systemRandom()

  test('are bytes of any number, that nobody else gets', () => {
    const parts = Array.from({ length: 1000 }, () => random.bytes(16).toString('hex'))
    expect(new Set(parts).size).toBe(1000)
    expect(random.bytes(10_000).toString('hex')).not.toContain('0'.repeat(64))
    const kept = random.bytes(16)
    const copy = Buffer.from(kept)
    for (let i = 0; i < 1000; i++) random.bytes(16)
    expect(kept.equals(copy)).toBe(true)
  })

  test('are integers below a bound, each as likely as another', () => {
    const counts = [0, 0, 0]
    for (let i = 0; i < 9000; i++) {
      const which = random.int(3)
      counts[which] = (counts[which] ?? 0) + 1
    }
    expect(random.int(1)).toBe(0)
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(500)
    for (let i = 0; i < 1000; i++) expect(random.int(2 ** 31)).toBeLessThan(2 ** 31)
  })
})

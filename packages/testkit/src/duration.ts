import { KafkaServerError } from './server-error.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Days of the calendar end some time. */
const msMax = 1_000 * 366 * 86_400_000

/** `8d`, `90m`, `1h 30m`, or milliseconds. */
export function durationMs(given: string | number): number {
  const ms = typeof given === 'number' ? given : parsed(given)
  if (ms >= 0 && ms <= msMax) return ms
  throw new KafkaServerError(`The clock cannot be advanced by ${JSON.stringify(given)}.`, {
    code: 'DURATION',
    why: reasonAgainst(ms),
    next: "Give one such as '8d', '90m', '1h 30m' or '500ms', or a number of milliseconds; or take a snapshot before, and restore it.",
  })
}

function parsed(text: string): number {
  const parts = [...text.matchAll(/(-?\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\b\s*/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trimStart()) return NaN
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? NaN), 0)
}

function reasonAgainst(ms: number): string {
  if (ms < 0) return 'Time does not move backwards: what has expired stays so.'
  return ms > msMax ? 'It is more than a thousand years.' : 'It is no duration.'
}

import { atLeader, IsolationLevel, listOffset, offsetBounds, type Route } from '@sluice/client'
import { UsageError } from '../../usage-error.ts'

/** A place in a partition, before it is known which offset that is there. */
type Point =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'after start'; readonly count: number }
  | { readonly kind: 'before end'; readonly count: number }
  | { readonly kind: 'time'; readonly ms: number }

/** Offsets as rpk has them on its command line. Without `to` it goes on for ever, or to what is the end by then. */
export interface OffsetSpec {
  readonly from: Point
  readonly to: Point | null
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const duration = String.raw`(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+`
const moment = String.raw`-?${duration}|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z)?|\d+`
const times = new RegExp(`^@(?<from>${moment})?(?::(?<to>${moment}|end)?)?$`)

export const offsetHelp = `
Offsets:
  start, end      from the first record, from the end
  :end            up to what is the end now
  100, 100:200    from an offset, up to but without another; :200 from the start
  +10, -10        ten after the start, ten before the end
  @TIME           from a time on; @T1:T2 up to another, @:T2, @T1:end
Times: 2026-11-28, 2026-11-28T10:00:00Z, seconds or milliseconds since 1970, or a duration such as 90m or 1d12h: -90m is
so long ago, and behind the colon 90m is so long after the first time.
`

export function parseOffsets(flag: string, nowMs: number) {
  return (text: string): OffsetSpec => {
    const spec = text.startsWith('@') ? timesOf(text, nowMs) : offsetsOf(text)
    if (spec) return spec
    throw new UsageError(
      `${flag} takes start, end, :end, 100, 100:200, +10, -10, @TIME or @T1:T2, and got ${JSON.stringify(text)}.`,
    )
  }
}

function offsetsOf(text: string): OffsetSpec | null {
  if (text === 'start') return { from: { kind: 'start' }, to: null }
  if (text === 'end') return { from: { kind: 'end' }, to: null }
  if (text === ':end') return { from: { kind: 'start' }, to: { kind: 'end' } }
  const relative = /^(?<sign>[+-])(?<count>\d+)$/.exec(text)?.groups
  if (relative) {
    const kind = relative['sign'] === '+' ? 'after start' : 'before end'
    return { from: { kind, count: Number(relative['count']) }, to: null }
  }
  const range = /^(?<from>\d+)?(?<colon>:)?(?<to>\d+|end)?$/.exec(text)?.groups
  if (!range || (range['from'] === undefined && range['to'] === undefined)) return null
  if (range['from'] !== undefined && range['colon'] === undefined && range['to'] !== undefined) return null
  return { from: offsetPoint(range['from']) ?? { kind: 'start' }, to: offsetPoint(range['to']) }
}

function offsetPoint(text: string | undefined): Point | null {
  if (text === undefined) return null
  return text === 'end' ? { kind: 'end' } : { kind: 'offset', offset: Number(text) }
}

function timesOf(text: string, nowMs: number): OffsetSpec | null {
  const { from, to } = times.exec(text)?.groups ?? {}
  if (from === undefined && to === undefined) return null
  const fromMs = from === undefined ? undefined : momentMs(from, nowMs, nowMs)
  if (fromMs !== undefined && Number.isNaN(fromMs)) return null
  const start: Point = fromMs === undefined ? { kind: 'start' } : { kind: 'time', ms: fromMs }
  if (to === undefined) return { from: start, to: null }
  if (to === 'end') return { from: start, to: { kind: 'end' } }
  const ms = momentMs(to, nowMs, fromMs ?? nowMs)
  return Number.isNaN(ms) ? null : { from: start, to: { kind: 'time', ms } }
}

/** Without a sign a duration is counted from `baseMs` on. */
function momentMs(text: string, nowMs: number, baseMs: number): number {
  if (new RegExp(`^-${duration}$`).test(text)) return nowMs - durationMs(text.slice(1))
  if (new RegExp(`^${duration}$`).test(text)) return baseMs + durationMs(text)
  // As rpk has it: thirteen digits are milliseconds, fewer are seconds.
  if (/^\d+$/.test(text)) return text.length >= 13 ? Number(text) : Number(text) * 1_000
  return Date.parse(text)
}

function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0)
}

/** Which offsets these are in a partition; without an end it is null. */
export async function resolveOffsets(
  route: Route,
  place: { topic: string; partition: number },
  { from, to }: OffsetSpec,
  isolationLevel: 0 | 1 = IsolationLevel.readCommitted,
): Promise<{ start: number; end: number | null; endNow: number }> {
  const bounds = await offsetBounds(route, place.topic, place.partition, isolationLevel)
  const start = await offsetOf(route, place, from, bounds)
  const end = to && Math.min(await offsetOf(route, place, to, bounds), bounds.end)
  return { start, end, endNow: bounds.end }
}

async function offsetOf(
  route: Route,
  { topic, partition }: { topic: string; partition: number },
  point: Point,
  { start, end }: { start: number; end: number },
): Promise<number> {
  switch (point.kind) {
    case 'start':
      return start
    case 'end':
      return end
    case 'offset':
      return Math.min(end, Math.max(start, point.offset))
    case 'after start':
      return Math.min(end, start + point.count)
    case 'before end':
      return Math.max(start, end - point.count)
    case 'time': {
      const found = await atLeader(route, topic, partition, (connection) =>
        listOffset(connection, topic, partition, point.ms),
      )
      return Number(found.offset) < 0 ? end : Number(found.offset)
    }
  }
}

import type { LogEvent } from './log-event.ts'

/** Apache Kafka's `[2026-11-23 03:14:09,990] INFO …`, in the machine's time zone, and our own `2026-11-23T03:14:09.990Z INFO …`. */
const entryHead = /^(?:\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3})\] |(\d{4}-\d\d-\d\dT[\d:.]+Z) )/

/** The entries of a server.log: a line without a time goes on with the one before it, as those of a stack trace do. */
export function logEntries(text: string, nowMs: number): LogEvent[] {
  const entries: LogEvent[] = []
  for (const line of text.split(/\r?\n/)) {
    const [head, day, time, ms, iso] = entryHead.exec(line) ?? []
    const last = entries.at(-1)
    if (head === undefined && last) last.message += `\n${line}`
    else if (line !== '')
      entries.push({
        timestampMs: head === undefined ? nowMs : Date.parse(iso ?? `${day}T${time}.${ms}`),
        message: line,
      })
  }
  return entries.map(({ timestampMs, message }) => ({ timestampMs, message: message.trimEnd() }))
}

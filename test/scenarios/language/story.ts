/** One command of a story and the answer that the text expects, as its lines. */
export interface Exchange {
  /** Of the command, from 1. */
  readonly line: number
  readonly command: Command
  readonly expected: readonly string[]
}

/** `[NAME:] VERB [WORD …] [KEY=VALUE …]`. */
export interface Command {
  /** As it is written. */
  readonly text: string
  /** Who does it, where that is said: then the story goes on although the answer may come later. */
  readonly actor: string | null
  readonly verb: string
  readonly words: readonly string[]
  readonly options: ReadonlyMap<string, string>
}

const separator = '----'

/**
 * Reads a story: lines that begin with `#` are its prose; a command stands on a line of its own, `----` below it, and
 * its answer below that, up to an empty line. Throws where a command has no `----`.
 */
export function parseStory(text: string): Exchange[] {
  const lines = text.split('\n')
  const exchanges: Exchange[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '' || line.startsWith('#')) continue
    if (lines[at + 1] !== separator) throw new Error(`line ${at + 1}: no ${separator} below '${line}'`)
    const end = endOfAnswer(lines, at + 2)
    exchanges.push({ line: at + 1, command: parseCommand(line), expected: lines.slice(at + 2, end) })
    at = end
  }
  return exchanges
}

/** The same text with these answers, one for each exchange. */
export function withAnswers(text: string, answers: readonly (readonly string[])[]): string {
  const lines = text.split('\n')
  const written: string[] = []
  let next = 0
  for (let at = 0; at < lines.length; at++) {
    written.push(lines[at] ?? '')
    if (lines[at + 1] !== separator) continue
    written.push(separator, ...(answers[next++] ?? []))
    at = endOfAnswer(lines, at + 2) - 1
  }
  return written.join('\n')
}

function endOfAnswer(lines: readonly string[], from: number): number {
  let end = from
  while (end < lines.length && lines[end] !== '') end++
  return end
}

function parseCommand(text: string): Command {
  const parts = text.trim().split(/\s+/)
  const actor = /^(\w+):$/.exec(parts[0] ?? '')?.[1] ?? null
  const [verb = '', ...rest] = actor === null ? parts : parts.slice(1)
  const words = rest.filter((part) => !part.includes('='))
  const options = new Map(
    rest
      .filter((part) => part.includes('='))
      .map((part): [string, string] => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  )
  return { text: text.trim(), actor, verb, words, options }
}

const unitsMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `250ms`, `3s`, `5m`, `2h`, `7d` in ms. */
export function durationMs(text: string): number {
  const [, count, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  const ms = unitsMs[unit]
  if (count === undefined || ms === undefined) throw new Error(`'${text}' is no duration, e.g. 250ms, 3s, 5m`)
  return Number(count) * ms
}

/** `events-0` as topic and partition. */
export function topicPartition(text: string | undefined): { topic: string; partition: number } {
  const [, topic, partition] = /^(.+)-(\d+)$/.exec(text ?? '') ?? []
  if (topic === undefined) throw new Error(`'${text}' is no partition, e.g. events-0`)
  return { topic, partition: Number(partition) }
}

import pc from 'picocolors'
import type { TapAnswer } from '../fleet/engines/embedded/cluster-tap.ts'

export type ShownExchange = TapAnswer['exchanges'][number]

const errorsShown = 3

/** `12:00:01.250  3.1 ms  broker 1  shop  Produce v12  orders  1.2 KB → 80 B`, and below it what went wrong. */
export function exchangeText(exchange: ShownExchange): string {
  const { atMs, latencyMs, broker, clientId, api, version, topics, errors, problem } = exchange
  const words = [
    new Date(atMs).toISOString().slice(11, 23),
    `${latencyMs.toFixed(1)} ms`.padStart(9),
    `broker ${broker}`,
    clientId ?? '(no client.id)',
    `${api} v${version}`,
    topics.join(','),
    `${sizeText(exchange.requestBytes)} → ${exchange.responseBytes === null ? 'no answer' : sizeText(exchange.responseBytes)}`,
  ]
  const lines = [words.filter((word) => word !== '').join('  ')]
  for (const { name, code, meaning, message, at } of errors.slice(0, errorsShown))
    lines.push(`    ${pc.red(`${name} (${code})`)} ${at === '' ? '' : `at ${at}: `}${message ?? meaning}`)
  if (errors.length > errorsShown) lines.push(`    and ${errors.length - errorsShown} more`)
  if (problem !== null) lines.push(`    ${pc.yellow(problem)}`)
  return lines.join('\n')
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

import { UsageError } from '../../usage-error.ts'

/** `key=value` of a flag that may come several times, collected. */
export function pairOf(flag: string) {
  return (text: string, before: Record<string, string> = {}): Record<string, string> => {
    const at = text.indexOf('=')
    if (at < 1) throw new UsageError(`${flag} takes key=value, and got ${JSON.stringify(text)}.`)
    return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  }
}

/** `0,2,5-7`: the numbers of partitions. */
export function partitionsOf(flag: string) {
  return (text: string): number[] => {
    const parts = text.split(',').map((part) => /^(\d+)(?:-(\d+))?$/.exec(part.trim()))
    return parts.flatMap((part) => {
      const first = Number(part?.[1])
      const last = Number(part?.[2] ?? first)
      if (!part || last < first || last - first > 100_000)
        throw new UsageError(`${flag} takes numbers such as 0,2,5-7, and got ${JSON.stringify(text)}.`)
      return Array.from({ length: last - first + 1 }, (_, n) => first + n)
    })
  }
}

import { resolveRelative, type SourceFile } from '../source-tree.ts'

interface Arrow {
  from: string
  to: string
  typeOnly: boolean
}

/** Imports of files by files of the same package. */
export function arrowsBetween(files: readonly SourceFile[]): Arrow[] {
  return files.flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier, typeOnly }) => ({
        from: file.path,
        to: resolveRelative(file, specifier),
        typeOnly,
      })),
  )
}

/**
 * Every circle as the files in it: the strongly connected components of more than one file, by Tarjan's algorithm.
 * A file's number is the order of its visit; it closes a component where nothing that it reaches has a lower one.
 */
export function circles(arrows: readonly Arrow[]): string[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to])
  const numbers = new Map<string, number>()
  const open: string[] = []
  const found: string[] = []
  const visit = (at: string): number => {
    const number = numbers.size
    let lowest = number
    numbers.set(at, number)
    open.push(at)
    for (const to of next.get(at) ?? []) {
      if (!numbers.has(to)) lowest = Math.min(lowest, visit(to))
      else if (open.includes(to)) lowest = Math.min(lowest, numbers.get(to) ?? lowest)
    }
    if (lowest < number) return lowest
    const circle = open.splice(open.indexOf(at))
    if (circle.length > 1) found.push(circle.toSorted().join(', '))
    return lowest
  }
  for (const from of next.keys()) if (!numbers.has(from)) visit(from)
  return found
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../source-tree.ts'
import type { Folder } from './installed.ts'

/** The files of a page: each block of code that begins with its name. */
export function writeFilesOf(page: string, folder: Folder): void {
  const files = [...blocksOf(page, 'js')].map(
    (text) => [/^\/\/ (\S+)\n/.exec(text)?.[1] ?? '', text] as const,
  )
  if (files.length === 0) throw new Error(`${page} has no example`)
  for (const [name, text] of files) folder.write(name, text)
}

/** Its commands. */
export function commandsOf(page: string): string {
  return [...blocksOf(page, 'sh')].join('')
}

function* blocksOf(page: string, language: string): Generator<string> {
  const text = readFileSync(join(root, 'docs/cookbook', page), 'utf8')
  for (const [, found, code] of text.matchAll(/^```(\w+)\n([^]*?)^```$/gm))
    if (found === language) yield code ?? ''
}

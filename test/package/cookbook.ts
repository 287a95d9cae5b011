import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../source-tree.ts'
import type { Folder } from './installed.ts'

/** How the first line of a block names its file, by the block's language. */
const names: Readonly<Record<string, RegExp>> = {
  js: /^\/\/ (\S+)\n/,
  java: /^\/\/ (\S+)\n/,
  python: /^# (\S+)\n/,
  xml: /^<!-- (\S+) -->\n/,
}

/** The files of a page, named from docs/cookbook: each block of code that begins with its name. */
export function writeFilesOf(page: string, folder: Folder): void {
  const files = blocksOf(page).filter(({ language }) => names[language])
  if (files.length === 0) throw new Error(`${page} has no example`)
  for (const { language, code } of files) {
    const name = names[language]?.exec(code)?.[1]
    if (name === undefined) throw new Error(`A block of ${page} has no name: ${code.slice(0, 80)}`)
    folder.write(name, code)
  }
}

/** Its commands. */
export function commandsOf(page: string): string {
  return blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .map(({ code }) => code)
    .join('')
}

function blocksOf(page: string): { language: string; code: string }[] {
  const text = readFileSync(join(root, 'docs/cookbook', page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code,
  }))
}

// A result's files: the figures, the document and the plot, and the index of all results in the directory.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentOf, indexOf, sidesOf } from './document.mjs'
import { plotOf } from './plot.mjs'

/** Gives the paths that it wrote. */
export function writeResult(result, directory, name) {
  mkdirSync(directory, { recursive: true })
  // The plot has one bar a row.
  const plot = sidesOf(result).length === 2 ? `${name}.svg` : undefined
  const named = { ...result, name, plot }
  const written = [
    write(directory, `${name}.json`, `${JSON.stringify(named, null, 1)}\n`),
    write(directory, `${name}.md`, documentOf(named, plot)),
    ...(plot ? [write(directory, plot, plotOf(named))] : []),
  ]
  const results = readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')))
  return [...written, write(directory, 'README.md', indexOf(results))]
}

function write(directory, file, text) {
  const path = join(directory, file)
  writeFileSync(path, text)
  return path
}

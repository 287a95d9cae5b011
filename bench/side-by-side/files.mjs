// A result's files: the figures, the document and the plot, and the index of all results in the directory.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentOf, indexOf } from './document.mjs'
import { plotOf } from './plot.mjs'

/** Gives the paths that it wrote. */
export function writeResult(result, directory, name) {
  mkdirSync(directory, { recursive: true })
  const named = { ...result, name, plot: `${name}.svg` }
  const written = [
    write(directory, `${name}.json`, `${JSON.stringify(named, null, 1)}\n`),
    write(directory, `${name}.md`, documentOf(named, named.plot)),
    write(directory, named.plot, plotOf(named)),
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

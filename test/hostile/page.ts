import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type HostileRow, markdownTable } from './table.ts'

/** Makes docs/hostile.md of what one run on both engines has left in `results`. */
export function writePage(results: string, root: string): void {
  const read = (engine: string) =>
    JSON.parse(readFileSync(join(results, `${engine}.json`), 'utf8')) as HostileRow[]
  const [cpu] = cpus()
  const text = `# One client's worst, and what others feel of it

While one client sends the worst request that its API takes, another one asks for something small (ApiVersions), again and
again. \`wait\` is the longest time that a small request took, wall time, on a machine of ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'};
\`memory\` is by how much the broker's process grew meanwhile (of Apache Kafka a JVM with a heap of 1 GB that it takes
at its start, of Sluice the test's own process, which is the client too); \`answer\` is how large the answer was,
\`closed\` where the connection was closed instead. Written by \`npm run test:hostile -- --engine both --write\`
on ${new Date().toISOString().slice(0, 10)}, in one run.

${markdownTable(read('embedded'), read('apache-kafka'))}
`
  writeFileSync(join(root, 'docs/hostile.md'), text)
}

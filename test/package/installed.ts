import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../source-tree.ts'

/** Makes the tarball and gives its path. */
export async function pack(): Promise<string> {
  const script = await import(join(root, 'scripts/pack.mjs'))
  return script.pack()
}

/** A project of somebody else's with nothing in it but the package from its tarball, without its optional dependencies. */
export class Project {
  readonly directory = mkdtempSync(join(tmpdir(), 'sluice-project-'))

  constructor(tarball: string) {
    this.write('package.json', '{ "private": true }')
    const flags = ['--ignore-scripts', '--omit=optional', '--prefer-offline', '--no-audit', '--no-fund']
    const { status, stderr } = this.run('npm', ['install', tarball, ...flags])
    if (status !== 0) throw new Error(`npm install failed: ${stderr}`)
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text)
  }

  run(command: string, args: readonly string[]): SpawnSyncReturns<string> {
    return spawnSync(command, args, { cwd: this.directory, encoding: 'utf8', timeout: 60_000 })
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** What a user writes first, in the words of each system of modules. */
const firstUse = (load: string) => `${load}
async function main() {
  const kafka = await KafkaServer.start({ topics: { orders: 2 } })
  console.log(/^127\\.0\\.0\\.1:\\d+$/.test(kafka.bootstrap))
  await kafka.stop()
}
main()
`
export const firstUses = {
  'first.mjs': firstUse("import { KafkaServer } from 'sluice/testing'"),
  'first.cjs': firstUse("const { KafkaServer } = require('sluice/testing')"),
}

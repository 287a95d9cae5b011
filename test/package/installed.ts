import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../source-tree.ts'

/** The package's tarball, in a directory of its own: others may make it at the same time. */
export class Tarball {
  readonly #directory = mkdtempSync(join(tmpdir(), 'sluice-package-'))

  async make(): Promise<string> {
    const { pack } = await import(join(root, 'scripts/pack.mjs'))
    return pack(this.#directory)
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

export interface Folder {
  write(name: string, text: string): void
  run(command: string, args: readonly string[]): SpawnSyncReturns<string>
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

  /** A part of it, which has the same packages. */
  folder(name: string): Folder {
    const path = join(this.directory, name)
    mkdirSync(path)
    return {
      write: (file, text) => {
        mkdirSync(dirname(join(path, file)), { recursive: true })
        writeFileSync(join(path, file), text)
      },
      run: (command, args) => this.run(command, args, path),
    }
  }

  /** Has these of the checkout's packages too. */
  link(...names: string[]): void {
    for (const name of names) {
      const path = join(this.directory, 'node_modules', name)
      mkdirSync(dirname(path), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), path)
    }
  }

  run(command: string, args: readonly string[], cwd = this.directory): SpawnSyncReturns<string> {
    return spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 180_000 })
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

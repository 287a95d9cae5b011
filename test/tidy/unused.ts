import { resolveRelative, type SourceFile } from '../source-tree.ts'

/** Who uses an export of another file. */
interface Uses {
  code: boolean
  tests: boolean
}

/**
 * 1. An import by name uses what its file exports by that name; where that file only passes the name on, what stands
 *    behind it.
 * 2. Of a namespace (`import * as a`, `export * as A`) is used what is written as `A.name`.
 * 3. `published`: files whose names are for people, or scripts, that we do not see.
 */
export class ExportUses {
  readonly #byPath: ReadonlyMap<string, SourceFile>
  readonly #published: ReadonlySet<string>
  readonly #uses = new Map<string, Uses>()

  constructor(files: readonly SourceFile[], published: readonly string[]) {
    this.#byPath = new Map(files.map((file) => [file.path, file]))
    this.#published = new Set(published)
    for (const file of files) this.#follow(file)
  }

  unused(file: SourceFile): string[] {
    if (this.#published.has(file.path)) return []
    return file.exports
      .filter(({ name }) => !this.#uses.has(`${file.path} ${name}`))
      .map(({ name, line }) => `${file.path}:${line} ${name}`)
  }

  /**
   * Values of code that no code uses, their own file neither: a part that its file is made of may be tested alone. Types
   * are named where a test wants to.
   */
  onlyTested(file: SourceFile): string[] {
    if (file.isTest) return []
    return file.exports
      .filter(({ name, isType }) => !isType && this.#uses.get(`${file.path} ${name}`)?.code === false)
      .filter(({ name }) => !isUsedWithin(file, name))
      .map(({ name, line }) => `${file.path}:${line} ${name}`)
  }

  #follow(file: SourceFile): void {
    for (const entry of file.imports) {
      if (entry.reexport && !this.#published.has(file.path)) continue
      const target = resolveImport(file, entry.specifier)
      for (const { name, as } of entry.names) {
        if (name === '*' && as === '*') this.#useAll(target, file)
        else if (name === '*') this.#useNamespace(target, as, file)
        else this.#use(target, name, as, file)
      }
    }
  }

  #use(path: string, name: string, as: string, by: SourceFile): void {
    const file = this.#byPath.get(path)
    if (!file) return
    if (file.exports.some((one) => one.name === name)) this.#note(path, name, by)
    for (const entry of file.imports.filter(({ reexport }) => reexport))
      for (const passed of entry.names) {
        const target = resolveImport(file, entry.specifier)
        if (passed.name === '*' && passed.as === '*') this.#use(target, name, as, by)
        else if (passed.as !== name) continue
        else if (passed.name === '*') this.#useNamespace(target, as, by)
        else this.#use(target, passed.name, as, by)
      }
  }

  #useNamespace(path: string, as: string, by: SourceFile): void {
    for (const pair of by.qualified) {
      const [left, right = ''] = pair.split('.')
      if (left === as) this.#use(path, right, right, by)
    }
  }

  #useAll(path: string, by: SourceFile): void {
    for (const { name } of this.#byPath.get(path)?.exports ?? []) this.#note(path, name, by)
  }

  #note(path: string, name: string, by: SourceFile): void {
    const uses = this.#uses.get(`${path} ${name}`) ?? { code: false, tests: false }
    if (by.isTest) uses.tests = true
    else uses.code = true
    this.#uses.set(`${path} ${name}`, uses)
  }
}

/** Does the file say the name in code a second time, after the declaration? */
function isUsedWithin(file: SourceFile, name: string): boolean {
  const code = file.text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '')
  return [...code.matchAll(new RegExp(`(?<![\\w.'])${name}\\b`, 'g'))].length > 1
}

/** Where an import of our own leads: a file of the package, or the index of another. */
function resolveImport(file: SourceFile, specifier: string): string {
  if (specifier.startsWith('.')) return resolveRelative(file, specifier)
  const name = specifier === 'sluice' ? 'service' : /^@sluice\/(.*)$/.exec(specifier)?.[1]
  return `packages/${name}/src/index.ts`
}

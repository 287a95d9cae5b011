import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface JavaProgram {
  /** What it is written against, as people call it and as its pom.xml does. */
  library: string
  property: string
  version: string
  /** Where pom.xml and its sources are. */
  folder: URL
  sources: readonly string[]
  /** A directory that may be there at the next run. */
  cache: string
}

/** Compiles a program; its class path, or undefined where there is no Java or no Maven. */
export function mavenClassPath(program: JavaProgram): string | undefined {
  const { library, property, version, folder, sources, cache } = program
  const built = join(cache, `${library.toLowerCase()}-${version}`)
  const classPath = join(built, 'classpath.txt')
  mkdirSync(built, { recursive: true })
  const files = ['pom.xml', ...sources].map((name) => ({
    source: new URL(name, folder),
    copy: join(built, name),
  }))
  const isFresh =
    existsSync(classPath) &&
    files.every(
      ({ source, copy }) => existsSync(copy) && readFileSync(copy, 'utf8') === readFileSync(source, 'utf8'),
    )
  try {
    if (!isFresh) {
      for (const { source, copy } of files) copyFileSync(source, copy)
      const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classPath}`]
      execFileSync('mvn', ['-q', '-B', `-D${property}=${version}`, ...goals], { cwd: built, stdio: 'pipe' })
    }
    return `${join(built, 'target/classes')}:${readFileSync(classPath, 'utf8').trim()}`
  } catch (error) {
    console.log(`The ${library} ${version} is left out: ${String(error).split('\n')[0]}`)
    return undefined
  }
}

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Deferred } from '@sluice/effects'

const source = fileURLToPath(new URL('WordCount.java', import.meta.url))
/** For a short run beside others. */
const jvm = ['-Xmx256M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** A Java that compiles, too. */
export async function hasCompiler(java: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(java, ['--list-modules'])
  return stdout.includes('jdk.compiler@')
}

interface WordCountOptions {
  readonly java: string
  readonly classPath: readonly string[]
  readonly bootstrap: string
  /** Of its own; what it complains about is in a file there. */
  readonly directory: string
}

/** A word count of Kafka Streams with the producer that feeds it: a JVM, which does not outlive this process. */
export class WordCount {
  readonly #process: ChildProcess
  readonly #lines: Interface
  readonly #ended = new Deferred<void>()

  constructor({ java, classPath, bootstrap, directory }: WordCountOptions) {
    const args = [...jvm, '-cp', classPath.join(delimiter), source, bootstrap, join(directory, 'state')]
    this.#process = spawn(java, args, { stdio: 'pipe' })
    this.#process.stderr?.pipe(createWriteStream(join(directory, 'word-count.log')))
    this.#process.once('exit', () => this.#ended.resolve())
    this.#process.once('error', (error) => this.#ended.reject(error))
    this.#lines = createInterface({ input: this.#process.stdout ?? process.stdin })
  }

  /** No more lines: how many were acknowledged. */
  async feedNoMore(): Promise<number> {
    const sent = new Promise<number>((resolve) => {
      this.#lines.on('line', (line) => {
        const [, count] = /^sent (\d+)$/.exec(line) ?? []
        if (count !== undefined) resolve(Number(count))
      })
    })
    this.#process.stdin?.write('\n')
    const ended = this.#ended.promise.then(() => {
      throw new Error('the word count has ended')
    })
    return Promise.race([sent, ended])
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#ended.promise
  }
}

const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta']

/** How often each word stands in so many lines, as the program makes them. */
export function countsOf(lines: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let n = 0; n < lines; n++)
    for (const at of [n, n * 3 + 1, n * 5 + 2]) {
      const word = words[at % words.length] ?? ''
      counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  return counts
}

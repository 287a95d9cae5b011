import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { mavenClassPath } from '../maven-class-path.ts'

/** What the workers of an application are told. */
export interface Application {
  stream: string
  endpoint: string
  /** Whom to trust there, where it is one of TLS. */
  truststore?: string
  /** Where the leases are. */
  dynamo: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  retrieval: 'polling' | 'fan-out'
}

/** What a worker has done, in the order in which it has said so. */
export interface Done {
  worker: string
  what: 'begins' | 'record' | 'checkpoint' | 'nocheckpoint' | 'lost' | 'ended'
  shard: string
  /** Of a record. */
  sequenceNumber?: string
  /** Which one it is of those that came as one. */
  within?: number
  text?: string
  /** Of the number after which reading begins; TRIM_HORIZON where it begins at the shard's own beginning. */
  from?: string
}

/** Compiles Worker.java against this release of the KCL; undefined where there is no Java or no Maven. */
export function kclClassPath(version: string, cache: string): string | undefined {
  const folder = new URL('.', import.meta.url)
  const sources = ['Worker.java']
  return mavenClassPath({ library: 'KCL', property: 'kcl.version', version, folder, sources, cache })
}

/** A worker in a process of its own. */
export class KclWorker {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(classPath: string, name: string, application: Application, onDone: (done: Done) => void) {
    const { stream, endpoint, truststore, dynamo, credentials, retrieval } = application
    const { accessKeyId, secretAccessKey } = credentials
    const words = ['Worker', stream, name, endpoint, dynamo, accessKeyId, secretAccessKey, retrieval]
    const trust = truststore === undefined ? [] : [`-Djavax.net.ssl.trustStore=${truststore}`]
    this.#child = spawn('java', ['-Xmx256m', ...trust, '-cp', classPath, ...words], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    this.#ended = once(this.#child, 'exit')
    if (!this.#child.stdout) throw new Error('it has an output')
    createInterface(this.#child.stdout).on('line', (line) => {
      const done = doneIn(line)
      if (done) onDone(done)
    })
  }

  /** It gives its leases back; one that does not end by itself is ended. */
  async stop(): Promise<void> {
    this.#child.stdin?.end()
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), 20_000)
    await this.#ended
    clearTimeout(killing)
  }
}

const kinds = new Set<string>(['begins', 'record', 'checkpoint', 'nocheckpoint', 'lost', 'ended'])

function doneIn(line: string): Done | undefined {
  const [worker = '', what = '', shard = '', number = '', within = '', text = ''] = line.split(' ')
  if (!kinds.has(what)) return undefined
  const done = { worker, what: what as Done['what'], shard }
  if (what === 'record') return { ...done, sequenceNumber: number, within: Number(within), text }
  if (what === 'begins') return { ...done, from: /SequenceNumber: (\w+)/.exec(line)?.[1] ?? '' }
  return done
}

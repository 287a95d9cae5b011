import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { FaultRequest } from './fault-request.ts'

export interface PostedFault {
  readonly id: string
  readonly request: FaultRequest
}

interface Post {
  /** Another one for each change. */
  readonly revision: string
  readonly faults: readonly PostedFault[]
}

/** What the process of a broker has made of the board. */
interface Heard {
  readonly revision: string
  /** How often each has fired there, by id. */
  readonly fired: Readonly<Record<string, number>>
}

const empty: Post = { revision: '', faults: [] }

/**
 * Files by which a service tells its brokers, wherever they live, what is to go wrong, and they share how often. They are in its
 * data directory, and only while it is there for development:
 *
 *     posted.json       a Post: by the service alone
 *     heard/<pid>.json  a Heard: by each process that has brokers, as soon as it is true
 *     turns/<id>.<n>    the turn n of a fault that fires so many times: whoever creates it has taken it
 */
export class FaultBoard {
  readonly #disk: Disk
  readonly #directory: string
  /** Turns that may still be there, of faults by their ids. */
  readonly #nextTurns = new Map<string, number>()

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  /** Nothing of an earlier service is on it. */
  setUp(): void {
    this.takeDown()
    for (const name of ['heard', 'turns']) this.#disk.mkdirSync(join(this.#directory, name))
  }

  takeDown(): void {
    this.#disk.removeSync(this.#directory)
  }

  post(post: Post): void {
    this.#write('posted.json', post)
  }

  /** Nothing is on a board that is away. */
  posted(): Post {
    return this.#read('posted.json', empty)
  }

  /** A full disk, or a board that is away, must not keep a request from what is to become of it. */
  tell(pid: number, heard: Heard): void {
    try {
      this.#write(`heard/${pid}.json`, heard)
    } catch {
      // The service says that this process has not taken it up.
    }
  }

  heardBy(pid: number): Heard {
    return this.#read(`heard/${pid}.json`, { revision: '', fired: {} })
  }

  /** How often a fault has fired in all processes, those included that have ended. */
  fired(id: string): number {
    const pids = this.#disk
      .readdirSync(join(this.#directory, 'heard'))
      .map(({ name }) => Number.parseInt(name))
    return pids.reduce((sum, pid) => sum + (this.heardBy(pid).fired[id] ?? 0), 0)
  }

  /** Whether there is a turn left, which then is taken. */
  takeTurn(id: string, times: number): boolean {
    for (let turn = this.#nextTurns.get(id) ?? 0; turn < times; turn++) {
      this.#nextTurns.set(id, turn + 1)
      try {
        this.#disk.createExclusiveSync(join(this.#directory, 'turns', `${id}.${turn}`), '')
        return true
      } catch {
        // It is another's; or the board is away, and nothing is to go wrong any more.
      }
    }
    return false
  }

  #write(name: string, content: object): void {
    this.#disk.writeFileAtomicSync(join(this.#directory, name), JSON.stringify(content), { durable: false })
  }

  #read<Content>(name: string, otherwise: Content): Content {
    try {
      return JSON.parse(this.#disk.readFileSync(join(this.#directory, name)).toString()) as Content
    } catch {
      return otherwise
    }
  }
}

import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { ApiVersions, encodeRequestFrame } from '@sluice/wire'

/** What an attack did to others. */
export interface Ordeal {
  /** The longest time that a small request of another client took while the attack was under way, ms. */
  readonly longestWaitMs: number
  /**
   * The longest time that the event loop of this process was held at once, ms: the shorter of wall time and processor
   * time, for the machine may be busy with others, and the process with garbage in other threads.
   */
  readonly longestHoldMs: number
  /** Processor time of this process from the attack's first byte to its answer's last, ms. */
  readonly busyMs: number
  /** Bytes of the answer; 0 where the connection was closed instead. */
  readonly answerBytes: number
  /** By how much the memory of the attacked process rose at most, bytes: of this one, or of Apache Kafka's. */
  readonly memoryBytes: number
}

const pauseBetweenRequestsMs = 1

/** Sends the frame by one connection, and small requests by another one until the answer is there. */
export async function ordeal(bootstrap: { host: string; port: number }, frame: Uint8Array): Promise<Ordeal> {
  const attacker = await open(bootstrap)
  const bystander = await open(bootstrap)
  const small = encodeRequestFrame(ApiVersions, 0, 1, null, {})
  await exchange(bystander, small)
  const memoryBefore = attackedBytes()
  const busyBefore = busyMs()
  const found = { longestWaitMs: 0, memoryBytes: 0 }
  const holds = new Holds()
  let isOver = false
  const answered = exchange(attacker, frame).finally(() => {
    isOver = true
  })
  while (!isOver) {
    const askedAt = performance.now()
    await exchange(bystander, small)
    found.longestWaitMs = Math.max(found.longestWaitMs, performance.now() - askedAt)
    found.memoryBytes = Math.max(found.memoryBytes, attackedBytes() - memoryBefore)
    await new Promise((resolve) => setTimeout(resolve, pauseBetweenRequestsMs))
  }
  const answerBytes = await answered
  const busy = busyMs() - busyBefore
  holds.stop()
  attacker.destroy()
  bystander.destroy()
  return { ...found, longestHoldMs: holds.longestMs, busyMs: busy, answerBytes }
}

/** Resident bytes of the process that is attacked. */
function attackedBytes(): number {
  const guard = process.env.SLUICE_CONTRACT_APACHE_KAFKA_PID
  if (!guard) return process.memoryUsage.rss()
  // Apache Kafka is the one child of what guards it.
  const pid = readFileSync(`/proc/${guard}/task/${guard}/children`, 'utf8').trim()
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** Watches how long the event loop is held between two of its turns. */
class Holds {
  longestMs = 0
  readonly #timer: NodeJS.Timeout
  #at = performance.now()
  #busyAt = busyMs()

  constructor() {
    this.#timer = setInterval(() => this.#look(), pauseBetweenRequestsMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#look()
  }

  #look(): void {
    const [at, busyAt] = [performance.now(), busyMs()]
    this.longestMs = Math.max(this.longestMs, Math.min(at - this.#at, busyAt - this.#busyAt))
    this.#at = at
    this.#busyAt = busyAt
  }
}

function busyMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function open(bootstrap: { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...bootstrap, noDelay: true }, () => resolve(socket))
    socket.on('error', reject)
  })
}

/** The size of the next answer, whose bytes are dropped; 0 where the connection ends. */
function exchange(socket: Socket, frame: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    let head: Buffer = Buffer.alloc(0)
    let size = Infinity
    let got = 0
    const done = (bytes: number) => {
      socket.off('data', take)
      socket.off('close', closed)
      resolve(bytes)
    }
    const closed = () => done(0)
    const take = (data: Buffer) => {
      got += data.length
      if (size === Infinity) head = Buffer.concat([head, data])
      if (size === Infinity && head.length >= 4) size = 4 + head.readInt32BE(0)
      if (got >= size) done(got)
    }
    socket.on('data', take)
    socket.on('close', closed)
    socket.write(frame)
  })
}

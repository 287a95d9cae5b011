import { Deferred, type DiskFile, MemoryDisk, type Socket } from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ResponseStream, returnChunks } from './response-stream.ts'

const megabytes = 1_048_576

/** A socket whose other side reads only when it is told to. */
class SlowSocket {
  queuedBytes = 0
  /** Of each write, the memory that it came from. */
  readonly written: ArrayBufferLike[] = []

  /** A small answer before may have left room. */
  hasRoom = false

  get isFull(): boolean {
    return this.queuedBytes > 0 && !this.hasRoom
  }

  get borrowedBytes(): number {
    return this.queuedBytes
  }

  write(data: Uint8Array): boolean {
    this.written.push(data.buffer)
    this.queuedBytes += data.length
    this.hasRoom = false
    return false
  }

  read(): void {
    this.queuedBytes = 0
  }
}

/** One that encrypts what it is given. */
class SlowEncryptedSocket extends SlowSocket {
  override get borrowedBytes(): number {
    return 0
  }
}

let file: DiskFile
/** How often a stream has let go of its file, and has said that more can be sent. */
let released: number
let readable: number
let sockets: (SlowSocket & Socket)[]

beforeEach(() => {
  const disk = new MemoryDisk()
  disk.mkdirSync('/d')
  file = disk.openSync('/d/segment', 'write')
  file.writeSync(Buffer.alloc(4 * megabytes), 0)
  sockets = []
  released = 0
  readable = 0
})

afterEach(() => {
  for (const socket of sockets) returnChunks(socket)
})

function streamTo(socket: SlowSocket & Socket, from: DiskFile = file): ResponseStream {
  sockets.push(socket)
  const slice = { file: from, position: 0, length: 4 * megabytes, release: () => released++ }
  return new ResponseStream(socket, [slice], () => readable++)
}

/** What is read ahead from memory is there in the next turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function pumped(...streams: ResponseStream[]): Promise<boolean[]> {
  for (const stream of streams) stream.pump()
  await turn()
  return streams.map((stream) => stream.pump())
}

/** What is read by another thread comes when the test says so. */
function heldFile(): { held: DiskFile; reads: Deferred<void>[] } {
  const reads: Deferred<void>[] = []
  const held: DiskFile = Object.create(file, {
    path: { value: file.path },
    readSync: { value: file.readSync.bind(file) },
    read: {
      value: async (...of: Parameters<DiskFile['read']>) => {
        const read = new Deferred<void>()
        reads.push(read)
        await read.promise
        return file.readSync(...of)
      },
    },
  })
  return { held, reads }
}

function slowSocket(): SlowSocket & Socket {
  return new SlowSocket() as SlowSocket & Socket
}

function queuedBytes(): number {
  return sockets.reduce((sum, socket) => sum + socket.queuedBytes, 0)
}

describe('readers that do not read', () => {
  test('have two chunks each while they are few', async () => {
    const streams = Array.from({ length: 10 }, () => streamTo(slowSocket()))
    expect(await pumped(...streams)).not.toContain(true)
    expect(queuedBytes()).toBe(10 * megabytes)
  })

  test('share 32 MB when they are many, and have one small piece each beyond that', async () => {
    await pumped(...Array.from({ length: 532 }, () => streamTo(slowSocket())))
    expect(queuedBytes()).toBe(32 * megabytes + 500 * 65_536)
  })

  test('leave what they had to others when they read, or go', async () => {
    await pumped(...Array.from({ length: 132 }, () => streamTo(slowSocket())))
    const late = slowSocket()
    const stream = streamTo(late)
    await pumped(stream)
    expect(late.queuedBytes).toBe(65_536)
    returnChunks(sockets[0] as Socket)
    late.read()
    await pumped(stream)
    expect(late.queuedBytes).toBe(megabytes)
  })

  test('have one encrypted piece each and one that is read ahead, of the same memory again and again', async () => {
    const socket = new SlowEncryptedSocket() as SlowEncryptedSocket & Socket
    const stream = streamTo(socket)
    for (let isDone = false; !isDone; ) {
      isDone = (await pumped(stream))[0] === true
      if (!isDone) expect(socket.queuedBytes).toBe(megabytes / 2)
      socket.read()
    }
    expect(socket.written).toHaveLength(8)
    expect(new Set(socket.written).size).toBe(2)
    returnChunks(socket)
    await pumped(
      ...Array.from({ length: 100 }, () =>
        streamTo(new SlowEncryptedSocket() as SlowEncryptedSocket & Socket),
      ),
    )
    expect(queuedBytes()).toBe(16 * megabytes + 68 * 65_536)
  })

  test('get all of it in the end, however scarce chunks are', async () => {
    await pumped(...Array.from({ length: 32 }, () => streamTo(slowSocket())))
    const socket = slowSocket()
    const stream = streamTo(socket)
    let got = 0
    for (let isDone = false; !isDone; ) {
      isDone = stream.pump()
      got += socket.queuedBytes
      socket.read()
    }
    expect(got).toBe(4 * megabytes)
  })
})

describe('a reader that keeps up', () => {
  test('is begun behind a small answer that is on its way, of whose end nobody hears', () => {
    const socket = new SlowEncryptedSocket() as SlowEncryptedSocket & Socket
    socket.queuedBytes = 1_000
    socket.hasRoom = true
    streamTo(socket).pump()
    expect(socket.written).toHaveLength(1)
  })

  test('is sent one chunk while another thread reads the next, and hears of each', async () => {
    const socket = slowSocket()
    const { held, reads } = heldFile()
    const stream = streamTo(socket, held)
    const sent: number[] = []
    for (let isDone = stream.pump(); !isDone; isDone = stream.pump()) {
      sent.push(socket.queuedBytes)
      socket.read()
      // Not before it is there.
      expect(stream.pump()).toBe(false)
      expect(socket.queuedBytes).toBe(0)
      const heardOf = readable
      reads.at(-1)?.resolve()
      await turn()
      expect(readable).toBe(heardOf + 1)
    }
    expect([...sent, socket.queuedBytes]).toEqual(Array.from({ length: 8 }, () => megabytes / 2))
    expect(reads).toHaveLength(7)
    expect(released).toBe(1)
  })

  test('leaves its file open until nobody reads it any more', async () => {
    const { held, reads } = heldFile()
    const stream = streamTo(slowSocket(), held)
    stream.pump()
    stream.abandon()
    expect(released).toBe(0)
    reads[0]?.resolve()
    await turn()
    expect(released).toBe(1)
    expect(readable).toBe(0)
  })

  test('leaves a chunk behind that was read ahead for it', async () => {
    for (let i = 0; i < 200; i++) {
      const socket = slowSocket()
      const stream = streamTo(socket)
      stream.pump()
      if (i % 2) await turn()
      stream.abandon()
      returnChunks(socket)
      await turn()
    }
    expect(released).toBe(200)
    const socket = slowSocket()
    await pumped(streamTo(socket))
    expect(socket.queuedBytes).toBe(megabytes)
  })

  test.each([
    [
      'cannot be read',
      (read: Deferred<void>) =>
        read.reject(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })),
    ],
    [
      'has become shorter',
      (read: Deferred<void>) => {
        file.truncateSync(megabytes)
        read.resolve()
      },
    ],
  ])('hears of a file that %s, after what could be', async (_, fails) => {
    const socket = slowSocket()
    const { held, reads } = heldFile()
    const stream = streamTo(socket, held)
    stream.pump()
    socket.read()
    reads[0]?.resolve()
    await turn()
    expect(readable).toBe(1)
    stream.pump()
    socket.read()
    fails(reads[1] as Deferred<void>)
    await turn()
    expect(readable).toBe(2)
    expect(() => stream.pump()).toThrow(/EIO|ends at 1048576, inside a fetched range/)
    stream.abandon()
    expect(released).toBe(1)
  })
})

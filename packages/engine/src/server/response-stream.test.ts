import { type DiskFile, MemoryDisk, type Socket } from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ResponseStream, returnChunks } from './response-stream.ts'

const megabytes = 1_048_576

/** A socket whose other side reads only when it is told to. */
class SlowSocket {
  queuedBytes = 0
  /** Of each write, the memory that it came from. */
  readonly written: ArrayBufferLike[] = []

  get borrowedBytes(): number {
    return this.queuedBytes
  }

  write(data: Uint8Array): boolean {
    this.written.push(data.buffer)
    this.queuedBytes += data.length
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
let sockets: (SlowSocket & Socket)[]

beforeEach(() => {
  const disk = new MemoryDisk()
  disk.mkdirSync('/d')
  file = disk.openSync('/d/segment', 'write')
  file.writeSync(Buffer.alloc(4 * megabytes), 0)
  sockets = []
})

afterEach(() => {
  for (const socket of sockets) returnChunks(socket)
})

function streamTo(socket: SlowSocket & Socket): ResponseStream {
  sockets.push(socket)
  const slice = { file, position: 0, length: 4 * megabytes, release() {} }
  return new ResponseStream(socket, [slice])
}

function slowSocket(): SlowSocket & Socket {
  return new SlowSocket() as SlowSocket & Socket
}

function queuedBytes(): number {
  return sockets.reduce((sum, socket) => sum + socket.queuedBytes, 0)
}

describe('readers that do not read', () => {
  test('have two chunks each while they are few', () => {
    for (let i = 0; i < 10; i++) expect(streamTo(slowSocket()).pump()).toBe(false)
    expect(queuedBytes()).toBe(10 * megabytes)
  })

  test('share 32 MB when they are many, and have one small piece each beyond that', () => {
    for (let i = 0; i < 532; i++) streamTo(slowSocket()).pump()
    expect(queuedBytes()).toBe(32 * megabytes + 500 * 65_536)
  })

  test('leave what they had to others when they read, or go', () => {
    for (let i = 0; i < 32; i++) streamTo(slowSocket()).pump()
    const late = slowSocket()
    const stream = streamTo(late)
    stream.pump()
    expect(late.queuedBytes).toBe(65_536)
    returnChunks(sockets[0] as Socket)
    late.read()
    stream.pump()
    expect(late.queuedBytes).toBe(megabytes)
  })

  test('have one encrypted piece each, of the same memory again and again', () => {
    const socket = new SlowEncryptedSocket() as SlowEncryptedSocket & Socket
    const stream = streamTo(socket)
    for (let isDone = false; !isDone; ) {
      isDone = stream.pump()
      if (!isDone) expect(socket.queuedBytes).toBe(megabytes / 2)
      socket.read()
    }
    expect(socket.written).toHaveLength(8)
    expect(new Set(socket.written).size).toBe(1)
    returnChunks(socket)
    for (let i = 0; i < 100; i++) streamTo(new SlowEncryptedSocket() as SlowEncryptedSocket & Socket).pump()
    expect(queuedBytes()).toBe(32 * megabytes + 36 * 65_536)
  })

  test('get all of it in the end, however scarce chunks are', () => {
    for (let i = 0; i < 32; i++) streamTo(slowSocket()).pump()
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

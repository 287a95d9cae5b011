import type { Socket } from 'node:net'

/** How HTTP/2 begins where no TLS has agreed on it (RFC 9113, 3.4); no method of HTTP/1 is called so. */
const preface = 'PRI * HTTP/2.0'

/** Tells which HTTP a new connection speaks, as soon as its first bytes do; all of them are still to be read then. */
export function whenSpoken(socket: Socket, speaks: (version: 1 | 2) => void): void {
  const chunks: Buffer[] = []
  const look = () => {
    const chunk: unknown = socket.read()
    // The end, or an error, is for the one that takes it to see.
    if (!(chunk instanceof Buffer)) return
    chunks.push(chunk)
    const seen = Buffer.concat(chunks)
    const begin = seen.toString('latin1', 0, preface.length)
    const isHttp2 = begin.startsWith(preface)
    if (!isHttp2 && preface.startsWith(begin)) return
    socket.off('readable', look)
    socket.unshift(seen)
    speaks(isHttp2 ? 2 : 1)
  }
  socket.on('readable', look)
}

import type { Socket } from 'node:net'

/** How HTTP/2 begins where no TLS has agreed on it (RFC 9113, 3.4); no method of HTTP/1 is called so. */
const preface = 'PRI * HTTP/2.0'
/** Of the record that is first in TLS, a handshake (RFC 8446, 5.1). */
const tlsRecord = 0x16

/** A version of HTTP, or TLS, inside of which one is spoken. */
type Spoken = 1 | 2 | 'tls'

/** Tells what a new connection speaks, as soon as its first bytes do; all of them are still to be read then. */
export function whenSpoken(socket: Socket, speaks: (spoken: Spoken) => void): void {
  const chunks: Buffer[] = []
  const look = () => {
    const chunk: unknown = socket.read()
    // The end, or an error, is for the one that takes it to see.
    if (!(chunk instanceof Buffer)) return
    chunks.push(chunk)
    const seen = Buffer.concat(chunks)
    const spoken = spokenIn(seen)
    if (spoken === null) return
    socket.off('readable', look)
    socket.unshift(seen)
    speaks(spoken)
  }
  socket.on('readable', look)
}

/** Null where it takes more to tell. */
function spokenIn(seen: Buffer): Spoken | null {
  if (seen[0] === tlsRecord) return 'tls'
  const begin = seen.toString('latin1', 0, preface.length)
  if (begin.startsWith(preface)) return 2
  return preface.startsWith(begin) ? null : 1
}

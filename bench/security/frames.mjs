/** Tells the length of each frame that a stream brings, and nothing of its content: that is nothing to a load. */
export function onFrames(socket, came) {
  let left = 0
  let length = 0
  let head = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const part = chunk.subarray(at, at + 4 - head.length)
        head = Buffer.concat([head, part])
        at += part.length
        if (head.length < 4) return
        left = length = head.readInt32BE()
        head = Buffer.alloc(0)
      }
      const taken = Math.min(left, chunk.length - at)
      left -= taken
      at += taken
      if (left === 0) came(length)
    }
  })
}

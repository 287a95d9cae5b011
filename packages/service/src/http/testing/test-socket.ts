import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** For tests: a client that speaks HTTP as badly as it is told to. */
export async function openSocket(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  // A reset is what some tests are about; who cares looks at what was received.
  socket.on('error', () => {})
  if (text !== '') await new Promise<void>((resolve) => socket.write(text, () => resolve()))
  return socket
}

/** What the server sends back until it closes. */
export async function rawExchange(port: number, text: string): Promise<string> {
  const socket = await openSocket(port)
  let received = ''
  socket.on('data', (chunk) => {
    received += String(chunk)
  })
  const closed = once(socket, 'close')
  socket.write(text)
  await closed
  return received
}

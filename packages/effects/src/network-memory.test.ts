import { afterEach, expect, it } from 'vitest'
import { MemoryNetwork } from './network-memory.ts'
import { Deferred } from './deferred.ts'
import type { Socket } from './network.ts'

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

/** Two sockets, each told of what the other has written. */
async function connected(
  network: MemoryNetwork,
  onRead: { near: (socket: Socket) => void; far: (socket: Socket) => void },
): Promise<Socket> {
  const handler = (socket: Socket, told: (socket: Socket) => void) => ({
    receiveBuffer: () => new Uint8Array(16),
    onRead: () => told(socket),
    onDrain() {},
    onClose() {},
  })
  await network.listen({ host: '127.0.0.1', port: 1 }, (socket) => handler(socket, onRead.far))
  const near = await network.connect({ host: '127.0.0.1', port: 1 }, (socket) => handler(socket, onRead.near))
  open.push(near)
  return near
}

const byte = new Uint8Array(1)
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

it.each([
  { isPrompt: true, order: ['answer', 'next turn'] },
  { isPrompt: false, order: ['next turn', 'answer'] },
])(
  'an answer comes in the same turn of the event loop only where that is asked for: $isPrompt',
  async ({ isPrompt, order }) => {
    const seen: string[] = []
    const answered = new Deferred<void>()
    const near = await connected(new MemoryNetwork({ isPrompt }), {
      near: () => {
        seen.push('answer')
        answered.resolve()
      },
      far: (socket) => void socket.write(byte),
    })
    const turn = nextTurn().then(() => seen.push('next turn'))
    near.write(byte)
    await Promise.all([answered.promise, turn])
    expect(seen).toEqual(order)
  },
)

it('two that answer each other without end leave the event loop to others', async () => {
  const answer = (socket: Socket) => void socket.write(byte)
  const near = await connected(new MemoryNetwork({ isPrompt: true }), { near: answer, far: answer })
  near.write(byte)
  for (let turns = 0; turns < 10; turns++) await nextTurn()
})

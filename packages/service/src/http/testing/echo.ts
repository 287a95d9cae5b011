import { Deferred } from '@sluice/effects'
import type { HttpHead, HttpResponse } from '../message.ts'
import type { Surface } from '../surface.ts'

const response = (status: number, text: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from(text),
})

/** For tests: lets everybody in but at /secret; says what it was sent; /slow waits for `gate`. */
export class Echo implements Surface {
  readonly gate = new Deferred<void>()
  /** Of the request that was answered last. */
  signal: AbortSignal | undefined
  head: HttpHead | undefined

  admit(head: HttpHead) {
    this.head = head
    if (head.target === '/secret') return { refusal: response(403, 'no') }
    const answer = async (body: Buffer, signal: AbortSignal) => {
      this.signal = signal
      if (head.target === '/slow') await this.gate.promise
      return response(200, `${head.method} ${head.target} ${body.length}`)
    }
    return { bodyBytesMax: 5_000_000, answer }
  }

  refuse(_head: HttpHead | null, { status, message }: { status: number; message: string }) {
    return response(status, message)
  }
}

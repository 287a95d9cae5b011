import type { HttpHead, HttpResponse } from './message.ts'

/** What a port serves, with or without the port in front of it. Neither method may throw. */
export interface Surface {
  /** Judges a request by its head alone: who may not ask is not listened to. */
  admit(head: HttpHead): Verdict
  /** Puts what the listener itself refuses into the surface's own shape; null where not even a head could be read. */
  refuse(head: HttpHead | null, refusal: Refusal): HttpResponse
}

export type Verdict = { refusal: HttpResponse } | Admission

export interface Admission {
  bodyBytesMax: number
  /** `signal` is aborted when whoever asks has hung up: what was only for them need not be done any more. */
  answer(body: Buffer, signal?: AbortSignal): Promise<HttpResponse>
}

export interface Refusal {
  status: 400 | 403 | 404 | 405 | 408 | 413 | 417 | 431
  message: string
}

export function tooLong(bytesMax: number): Refusal {
  return { status: 413, message: `A request has at most ${bytesMax} bytes.` }
}

import type { HttpResponse } from './message.ts'
import type { Refusal, Surface } from './surface.ts'

/** A port with one page, in the text format of Prometheus. */
export function textPage(path: string, read: () => Promise<string>): Surface {
  const refused = ({ status, message }: Refusal) => text(status, `${message}\n`)
  return {
    admit({ target, method }) {
      if (target.split('?')[0] !== path)
        return { refusal: refused({ status: 404, message: `The page here is ${path}.` }) }
      if (method !== 'GET' && method !== 'HEAD')
        return { refusal: refused({ status: 405, message: 'This page can only be read, with GET.' }) }
      return { bodyBytesMax: 0, answer: async () => answer(read) }
    },
    refuse: (_head, refusal) => refused(refusal),
  }
}

/** Whoever asks hears that it could not be read, and what stood in the way is in nobody's interest. */
async function answer(read: () => Promise<string>): Promise<HttpResponse> {
  try {
    return text(200, await read())
  } catch {
    return text(503, 'It cannot be measured at the moment.\n')
  }
}

function text(status: number, content: string): HttpResponse {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }
  return { status, headers, body: Buffer.from(content) }
}

import { request as httpRequest } from 'node:http'
import type { HttpRequest, HttpResponse } from './message.ts'

/** Sends one request and reads the whole answer. */
export function send(
  address: { host: string; port: number },
  { method, target, headers, body }: HttpRequest,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    // No agent: a connection kept alive would keep the process and the server's close waiting.
    const options = { ...address, method, path: target, headers: Object.fromEntries(headers), agent: false }
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(',')]),
          ),
          body: Buffer.concat(chunks),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

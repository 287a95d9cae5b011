import type { HttpResponse } from './message.ts'
import type { Refusal } from './surface.ts'

interface JsonAnswers {
  json: (status: number, content: object) => HttpResponse
  refused: (refusal: Refusal) => HttpResponse
}

/** How pages of our own answer, with these headers beside the type. */
export function jsonAnswers(headers: Readonly<Record<string, string>> = {}): JsonAnswers {
  const json = (status: number, content: object) => ({
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(content)),
  })
  return { json, refused: ({ status, message }) => json(status, { message }) }
}

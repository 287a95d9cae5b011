import { kafkaExplanations } from '@sluice/client'
import {
  type Api,
  apiByKey,
  decodeRequestHeader,
  decodeResponseHeader,
  errorInfo,
  Reader,
  type RequestHeader,
} from '@sluice/wire'
import { placesIn } from './named-places.ts'
import { plainForm } from './plain-form.ts'
import type { ResponsePart } from './reply.ts'

/** An error that an answer has, in words. */
interface TappedError {
  readonly code: number
  /** Kafka's. */
  readonly name: string
  /** As a sentence. */
  readonly meaning: string
  /** What the broker says beside it. */
  readonly message: string | null
  /** Where in the answer: `responses[0].partitionResponses[1]`. */
  readonly at: string
}

/** A request and what it was answered. */
export interface TappedExchange {
  /** When the request came, ms since 1970, and how long it took until its answer was made. */
  readonly atMs: number
  readonly latencyMs: number
  readonly broker: number
  readonly listener: string
  readonly connection: string
  readonly address: string
  readonly principal: string
  readonly clientId: string | null
  readonly api: string
  readonly version: number
  readonly correlationId: number
  /** That the request names. */
  readonly topics: readonly string[]
  readonly requestBytes: number
  /** Null where nothing was answered. */
  readonly responseBytes: number | null
  /** As Kafka's schemas name it; bytes are counted and not shown. Null where it is not to be read. */
  readonly request: unknown
  readonly response: unknown
  readonly errors: readonly TappedError[]
  /** Why one of them is not shown. */
  readonly problem: string | null
}

/** An exchange as it was heard: bytes. */
interface HeardExchange
  extends Pick<
    TappedExchange,
    'atMs' | 'latencyMs' | 'broker' | 'listener' | 'connection' | 'address' | 'principal' | 'requestBytes'
  > {
  readonly header: RequestHeader
  /** Header and body; null where it is too long to be kept. */
  readonly request: Buffer | null
  readonly parts: readonly ResponsePart[] | Uint8Array | null
  readonly topicNameOf: (topicId: string) => string | undefined
}

/** A longer request or answer is told of, and not shown. */
export const shownBytesMax = 1_048_576
const errorsMax = 100
const sizeBytes = 4

export function tappedExchange(heard: HeardExchange): TappedExchange {
  const { header, request: bytes, parts, topicNameOf, ...facts } = heard
  const { requestApiKey, requestApiVersion: version, clientId, correlationId } = header
  const api = apiByKey.get(requestApiKey)
  const answer = parts === null ? null : answerBytes(parts)
  const request = read(api, version, bytes, requestIn)
  const response = read(api, version, answer?.bytes, responseIn)
  return {
    ...facts,
    clientId,
    api: api?.name ?? `API ${requestApiKey}`,
    version,
    correlationId,
    topics: [...new Set(placesIn(request.value, topicNameOf).map(({ topic }) => topic))],
    responseBytes: answer ? answer.length - sizeBytes : null,
    request: plainForm(request.value),
    response: plainForm(response.value),
    errors: errorsIn(response.value),
    problem: request.problem ?? response.problem,
  }
}

interface Read {
  readonly value: unknown
  readonly problem: string | null
}

/** A tap harms nobody: what it cannot read is its own affair. Undefined bytes: there are none. */
function read(
  api: Api | undefined,
  version: number,
  bytes: Buffer | null | undefined,
  decode: (api: Api, version: number, reader: Reader) => unknown,
): Read {
  if (bytes === undefined) return { value: null, problem: null }
  if (bytes === null) return { value: null, problem: `It is longer than ${shownBytesMax} bytes.` }
  if (!api) return { value: null, problem: 'No such API is known.' }
  if (version < api.minVersion || version > api.maxVersion)
    return {
      value: null,
      problem: `Version ${version} is not known: ${api.name} has ${api.minVersion} to ${api.maxVersion}.`,
    }
  try {
    return { value: decode(api, version, new Reader(bytes)), problem: null }
  } catch (error) {
    return { value: null, problem: `It cannot be read: ${(error as Error).message}` }
  }
}

function requestIn(api: Api, version: number, reader: Reader): unknown {
  decodeRequestHeader(reader)
  return api.request.decode(reader, version)
}

function responseIn(api: Api, version: number, reader: Reader): unknown {
  reader.position = sizeBytes
  decodeResponseHeader(reader, api.responseHeaderVersion(version))
  return api.response.decode(reader, version)
}

/** The frame in one piece, unless it is too long. What is in files still is read from the page cache. */
function answerBytes(parts: readonly ResponsePart[] | Uint8Array): { bytes: Buffer | null; length: number } {
  const all = parts instanceof Uint8Array ? [parts] : parts
  const length = all.reduce((sum, part) => sum + part.length, 0)
  if (length > shownBytesMax) return { bytes: null, length }
  const bytes = Buffer.alloc(length)
  let at = 0
  for (const part of all) {
    if (part instanceof Uint8Array) bytes.set(part, at)
    else part.file.readSync(bytes, at, part.length, part.position)
    at += part.length
  }
  return { bytes, length }
}

function errorsIn(answer: unknown): TappedError[] {
  const errors: TappedError[] = []
  const look = (value: unknown, at: string) => {
    if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return
    const { errorCode: code, errorMessage } = value as { errorCode?: unknown; errorMessage?: unknown }
    if (typeof code === 'number' && code !== 0 && errors.length < errorsMax) {
      const { name } = errorInfo(code)
      const meaning = kafkaExplanations.get(name)?.meaning ?? ''
      const message = typeof errorMessage === 'string' ? errorMessage : null
      errors.push({ code, name, meaning, message, at })
    }
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(inner)) look(inner, at === '' ? name : `${at}.${name}`)
      else
        for (const [index, one] of inner.entries())
          look(one, `${at === '' ? name : `${at}.${name}`}[${index}]`)
    }
  }
  look(answer, '')
  return errors
}

import type { Operation } from './schema.ts'

interface Match {
  operation: Operation
  /** The path labels, decoded. */
  labels: Record<string, string>
}

interface Route {
  operation: Operation
  segments: { literal: string | null; label: string }[]
}

/** Finds the operation of a request by the http traits of the schema. */
export class Router {
  readonly #routes = new Map<string, Route[]>()
  readonly #arnSegments: Readonly<Record<string, number>>

  /** `arnSegments`: see AwsService. */
  constructor(operations: readonly Operation[], arnSegments: Readonly<Record<string, number>>) {
    this.#arnSegments = arnSegments
    for (const operation of operations) {
      const segments = split(operation.uri).map((segment) => {
        const label = /^\{(\w+)\}$/.exec(segment)?.[1]
        return { literal: label === undefined ? segment : null, label: label ?? '' }
      })
      const routes = this.#routes.get(operation.method) ?? []
      routes.push({ operation, segments })
      this.#routes.set(operation.method, routes)
    }
  }

  /**
   * `path` is the raw request path: it is split at `/` before anything is decoded, because an ARN is one
   * percent-encoded label. Null where no operation answers.
   */
  match(method: string, path: string): Match | null {
    const segments = this.#joinPlainArns(split(path))
    for (const route of this.#routes.get(method) ?? []) {
      const labels = matchRoute(route, segments)
      if (labels) return { operation: route.operation, labels }
    }
    return null
  }

  #joinPlainArns(segments: readonly string[]): string[] {
    const joined: string[] = []
    for (let at = 0; at < segments.length; ) {
      const text = decode(segments[at] ?? '') ?? ''
      const type = /^arn:[^:/]*:[^:/]*:[^:/]*:[^:/]*:([^:/]+)$/.exec(text)?.[1]
      const length = type === undefined ? 1 : (this.#arnSegments[type] ?? 1)
      joined.push(segments.slice(at, at + length).join('%2F'))
      at += length
    }
    return joined
  }
}

function split(path: string): string[] {
  const segments = path.split('/').slice(1)
  // Some clients end a path with a slash.
  if (segments.length > 1 && segments.at(-1) === '') segments.pop()
  return segments
}

function matchRoute(route: Route, segments: string[]): Record<string, string> | null {
  if (route.segments.length !== segments.length) return null
  const labels: Record<string, string> = {}
  for (const [at, wanted] of route.segments.entries()) {
    const segment = segments[at] ?? ''
    if (wanted.literal !== null) {
      if (wanted.literal !== segment) return null
      continue
    }
    const value = decode(segment)
    if (value === null || value === '') return null
    labels[wanted.label] = value
  }
  return labels
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}

import { type HttpHead, type HttpResponse, splitTarget } from './message.ts'
import type { Admission, Refusal, Surface, Verdict } from './surface.ts'

/** A page of the service's own: what `read` returns, as JSON. */
interface Page {
  read(): object
  /** Lets only those in who may read it; without one everybody may. */
  guard?: (head: HttpHead, page: Admission) => Verdict
}

/** Every path below it is the service's own: it is outside of all that AWS uses. */
const ownPaths = '/_sluice/'

/** Says which surface a request on the port is for: one of our own pages, by its path, or the rest. */
export function edge(pages: Readonly<Record<string, Page>>, rest: Surface): Surface {
  const own = ownPages(pages)
  const surfaceOf = (head: HttpHead) => (head.target.startsWith(ownPaths) ? own : rest)
  return {
    admit: (head) => surfaceOf(head).admit(head),
    refuse: (head, refusal) => (head ? surfaceOf(head) : rest).refuse(head, refusal),
  }
}

function ownPages(pages: Readonly<Record<string, Page>>): Surface {
  return {
    admit(head) {
      const { path } = splitTarget(head.target)
      const page = Object.hasOwn(pages, path) ? pages[path] : undefined
      if (!page) return { refusal: refused({ status: 404, message: `There is no page ${path}.` }) }
      if (head.method !== 'GET' && head.method !== 'HEAD')
        return { refusal: refused({ status: 405, message: 'This page can only be read, with GET.' }) }
      const admission = { bodyBytesMax: 0, answer: async () => json(200, page.read()) }
      return page.guard ? page.guard(head, admission) : admission
    },
    refuse: (_head, refusal) => refused(refusal),
  }
}

function refused({ status, message }: Refusal): HttpResponse {
  return json(status, { message })
}

function json(status: number, content: object): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(content)),
  }
}

import { isOwnHost } from './host-names.ts'
import { jsonAnswers } from './json-answers.ts'
import { headerOf, type HttpHead, splitTarget } from './message.ts'
import type { Admission, Refusal, Surface, Verdict } from './surface.ts'

/** A page of the service's own: what `read` returns, as JSON. */
export interface Page {
  read(query: URLSearchParams): object | Promise<object>
  /** Of a page that is more than read: gets the JSON that is sent, and throws what is wrong with it. */
  readonly write?: Readonly<Partial<Record<'POST' | 'DELETE', (sent: unknown) => object | Promise<object>>>>
  /** Lets only those in who may read it; without one everybody may. */
  guard?: (head: HttpHead, page: Admission) => Verdict
}

/** Every path below it is the service's own: it is outside of all that AWS uses. */
const ownPaths = '/_sluice/'

const writtenBytesMax = 16_384

const { json, refused } = jsonAnswers()

/** This machine, as browsers write the origin of its pages. */
const ownOrigin = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/
const foreignOrigin: Refusal = {
  status: 403,
  message: 'This endpoint serves no pages of other hosts: their Origin is not one of this machine.',
}

const foreignHost: Refusal = {
  status: 403,
  message:
    'This endpoint is not known by the name in the Host header, and checks no signatures: ask it by localhost or by its address, or start it with --advertised-host.',
}

/** The names of this service beside loopback and addresses. */
interface KnownHosts {
  names: ReadonlySet<string>
  /** By no other name is anybody served. */
  areAll: boolean
}

/**
 * Says which surface a request on the port is for: one of our own pages, by its path, or the rest. What a page of another host
 * sends by its reader's browser is for none: where nobody signs, it would be taken for the reader's own. What is in `subtrees`
 * is for all that is below its path.
 */
export function edge(
  pages: Readonly<Record<string, Page>>,
  rest: Surface,
  hosts: KnownHosts = { names: new Set(), areAll: false },
  subtrees: Readonly<Record<string, Surface>> = {},
): Surface {
  const own = ownPages(pages)
  const surfaceOf = (head: HttpHead) => {
    if (!head.target.startsWith(ownPaths)) return rest
    return Object.entries(subtrees).find(([path]) => head.target.startsWith(path))?.[1] ?? own
  }
  return {
    admit: (head) => {
      const surface = surfaceOf(head)
      const foreign = foreignPage(head, hosts)
      return foreign ? { refusal: surface.refuse(head, foreign) } : surface.admit(head)
    },
    refuse: (head, refusal) => (head ? surfaceOf(head) : rest).refuse(head, refusal),
  }
}

function foreignPage(head: HttpHead, { names, areAll }: KnownHosts): Refusal | null {
  const [origin, host] = [headerOf(head, 'origin'), headerOf(head, 'host')]
  const isOwn = host !== undefined && isOwnHost(host, names)
  // By whatever name a browser has the console: its own page asks the very same host and port.
  const isSame = isOwn && [`http://${host}`, `https://${host}`].includes(origin ?? '')
  if (origin !== undefined && !ownOrigin.test(origin) && !isSame) return foreignOrigin
  return areAll && host !== undefined && !isOwn ? foreignHost : null
}

function ownPages(pages: Readonly<Record<string, Page>>): Surface {
  return {
    admit(head) {
      const { path } = splitTarget(head.target)
      const page = Object.hasOwn(pages, path) ? pages[path] : undefined
      if (!page) return { refusal: refused({ status: 404, message: `There is no page ${path}.` }) }
      const admission = admitted(page, head)
      return page.guard && 'answer' in admission ? page.guard(head, admission) : admission
    },
    refuse: (_head, refusal) => refused(refusal),
  }
}

function admitted(page: Page, { method, target }: HttpHead): Verdict {
  if (method === 'GET' || method === 'HEAD') {
    const query = new URLSearchParams(splitTarget(target).query)
    return { bodyBytesMax: 0, answer: async () => json(200, await page.read(query)) }
  }
  const write = method === 'POST' || method === 'DELETE' ? page.write?.[method] : undefined
  if (!write) return { refusal: refused({ status: 405, message: `This page knows no ${method}.` }) }
  const answer = async (body: Buffer) => {
    try {
      return json(200, await write(body.length > 0 ? JSON.parse(String(body)) : null))
    } catch (error) {
      return refused({ status: 400, message: (error as Error).message })
    }
  }
  return { bodyBytesMax: writtenBytesMax, answer }
}

import type { Clock, Disk, Random } from '@sluice/effects'
import { isOwnHost } from '../http/host-names.ts'
import { jsonAnswers } from '../http/json-answers.ts'
import { headerOf, type HttpHead, type HttpResponse, splitTarget } from '../http/message.ts'
import type { Refusal, Surface, Verdict } from '../http/surface.ts'
import type { Identities, KeyOwner } from '../iam/identities.ts'
import type { Tickets } from './tickets.ts'

/*
 * The console: a page for browsers, which is a client of the AWS API as any other. It signs each request in the browser, so that
 * it can do what its key can and no more, with users and policies of IAM as well as without, and what it does is in the audit
 * log. No cookie says who somebody is, so that no page of another site can act in their name; and none can frame this one.
 *
 * Whose key? This machine may have other users, who must not get that of the data directory by asking the port: its file is for
 * its owner alone. So whoever can read that file (the start itself, `sluice console`) has a link made, and the ticket in it buys
 * temporary credentials, once. Tickets stand behind the `#`, which browsers send to nobody, and the page takes them out of its
 * address at once. Everybody else signs in with an access key, which no request carries.
 */

/** Every path below it is the console's. */
export const consolePath = '/_sluice/console/'

/** What the page is told of the service before anybody has signed in: nothing that needs to be kept from anybody. */
export interface ConsoleFacts {
  version: string
  region: string
  accountId: string
  /** Requests need a signature, and so credentials. */
  needsSignature: boolean
  /** Whether shards of streams take and give only so much a second. */
  streamLimits: string
}

interface ConsoleOptions {
  facts: ConsoleFacts
  /** Where its files are: read when somebody asks for them. */
  directory: string
  /** Names of this service beside loopback and addresses. */
  knownHosts: ReadonlySet<string>
  identities: Identities
  tickets: Tickets
  /** Is told of everybody who asks to be signed in: from where, and which key they have got, if any. */
  onSignIn: (from: string | undefined, key: KeyOwner | null) => void
  effects: { clock: Clock; disk: Disk; random: Random }
}

/** As long as a day at work; the link for another one is not far. */
const sessionMs = 12 * 3_600_000
const ticketBytesMax = 1_024

const page = { name: 'index.html', type: 'text/html; charset=utf-8' }
const files: Readonly<Record<string, string>> = {
  'console.js': 'text/javascript; charset=utf-8',
  'console.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}
/** As streams, their queues and channels, and clusters may be called. */
const pages = /^(?:|(?:channels|clusters|queues|streams)\/~?[\w.-]{1,128})$/

/** Nothing comes from elsewhere, goes elsewhere, or is a script but the one file. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

const { json, refused } = jsonAnswers(headers)

export function consoleSurface(options: ConsoleOptions): Surface {
  return {
    admit(head) {
      const refusal = refusalOf(head, options)
      return refusal ? { refusal: refused(refusal) } : verdictOf(head, options)
    },
    refuse: (_head, refusal) => refused(refusal),
  }
}

const foreignHost: Refusal = {
  status: 403,
  message: 'The console is not known by the name in the Host header: ask it by localhost or by its address.',
}

function refusalOf(head: HttpHead, { knownHosts }: ConsoleOptions): Refusal | null {
  const host = headerOf(head, 'host')
  return host === undefined || !isOwnHost(host, knownHosts) ? foreignHost : null
}

function verdictOf(head: HttpHead, options: ConsoleOptions): Verdict {
  const path = splitTarget(head.target).path.slice(consolePath.length)
  if (path === 'session') return sessionVerdict(head, options)
  if (head.method !== 'GET' && head.method !== 'HEAD')
    return { refusal: refused({ status: 405, message: `This page knows no ${head.method}.` }) }
  const read = () => {
    if (path === 'facts') return json(200, options.facts)
    const type = Object.hasOwn(files, path) ? files[path] : undefined
    if (type !== undefined) return file(200, { name: path, type }, options)
    return file(pages.test(path) ? 200 : 404, page, options)
  }
  return { bodyBytesMax: 0, answer: async () => read() }
}

const foreignOrigin: Refusal = { status: 403, message: 'Only the page of the console itself asks for this.' }
const badTicket: Refusal = {
  status: 403,
  message: 'This link has been used, or is too old.',
}

/** Temporary credentials of the account itself, for a ticket. */
function sessionVerdict(head: HttpHead, options: ConsoleOptions): Verdict {
  if (head.method !== 'POST')
    return { refusal: refused({ status: 405, message: `This page knows no ${head.method}.` }) }
  if (!comesFromOwnPage(head)) return { refusal: refused(foreignOrigin) }
  const { identities, tickets, onSignIn, effects } = options
  const answer = async (body: Buffer) => {
    if (!tickets.redeem(ticketIn(body))) {
      onSignIn(head.remoteAddress, null)
      return refused(badTicket)
    }
    const expiresAtMs = effects.clock.now() + sessionMs
    const { principalArn: identity } = identities.owner.caller
    const session = { identity, name: null, policies: [], expiresAtMs }
    const issued = identities.issue(session, effects.random)
    onSignIn(head.remoteAddress, issued)
    const { accessKeyId, secretAccessKey, sessionToken } = issued
    return json(200, { accessKeyId, secretAccessKey, sessionToken, expiresAtMs })
  }
  return { bodyBytesMax: ticketBytesMax, answer }
}

function comesFromOwnPage(head: HttpHead): boolean {
  const host = headerOf(head, 'host')
  const site = headerOf(head, 'sec-fetch-site')
  const isOwn = [`http://${host}`, `https://${host}`].includes(headerOf(head, 'origin') ?? '')
  return isOwn && (site === undefined || site === 'same-origin')
}

/** Empty where there is none, which is no ticket. */
function ticketIn(body: Buffer): string {
  try {
    const { ticket } = JSON.parse(String(body)) as { ticket?: unknown }
    return typeof ticket === 'string' ? ticket : ''
  } catch {
    return ''
  }
}

function file(
  status: number,
  { name, type }: typeof page,
  { directory, effects }: ConsoleOptions,
): HttpResponse {
  const path = `${directory}/${name}`
  if (!effects.disk.existsSync(path))
    return refused({ status: 404, message: 'The console is not a part of this build.' })
  return { status, headers: { ...headers, 'content-type': type }, body: effects.disk.readFileSync(path) }
}

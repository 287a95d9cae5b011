import { Failure } from './failure.ts'
import type { Credentials } from './sign.ts'

/** What is known of the service before anybody signs in. */
export interface Facts {
  version: string
  region: string
  accountId: string
  needsSignature: boolean
  streamLimits: string
}

const consoleRoot = '/_sluice/console/'
const kept = 'sluice credentials'
/** How long the other tabs of this page have to answer. */
const answerMs = 200

/*
 * Credentials live in the storage of a tab, which ends with it, and in no other place of the browser: whatever is served on this
 * port later finds none. A new tab asks those that are open, which only tabs of this very origin can.
 */
const channel = new BroadcastChannel('sluice credentials')

export async function readFacts(): Promise<Facts> {
  const answer = await fetch(`${consoleRoot}facts`).catch(() => null)
  if (!answer?.ok) throw new Failure('UNREACHABLE', 'The service does not answer.')
  return (await answer.json()) as Facts
}

/** Those of this tab, else those that the ticket in the address buys, else those of another tab. */
export async function findCredentials(): Promise<Credentials | null> {
  channel.addEventListener('message', ({ data }) => {
    const own = sessionStorage.getItem(kept)
    if (data === 'who?' && own !== null) channel.postMessage(own)
  })
  const ticket = /^#ticket=([\w-]+)$/.exec(location.hash)?.[1]
  // Neither the history nor a copied address shall have it.
  if (ticket !== undefined) history.replaceState(null, '', location.pathname + location.search)
  const own = parse(sessionStorage.getItem(kept)) ?? parse(await fromOtherTabs())
  if (own || ticket === undefined) return own
  const answer = await fetch(`${consoleRoot}session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket }),
  })
  const body = (await answer.json()) as Credentials & { message?: string }
  if (!answer.ok) throw new Failure('LINK_NOT_GOOD', body.message ?? '')
  keep(body)
  return body
}

export function keep(credentials: Credentials): void {
  sessionStorage.setItem(kept, JSON.stringify(credentials))
}

export function forget(): void {
  sessionStorage.removeItem(kept)
}

function fromOtherTabs(): Promise<string | null> {
  return new Promise((resolve) => {
    const asking = new BroadcastChannel('sluice credentials')
    const end = (answer: string | null) => {
      asking.close()
      if (answer !== null) sessionStorage.setItem(kept, answer)
      resolve(answer)
    }
    setTimeout(() => end(null), answerMs)
    asking.addEventListener('message', ({ data }) => data !== 'who?' && end(String(data)))
    asking.postMessage('who?')
  })
}

function parse(text: string | null): Credentials | null {
  return text === null ? null : (JSON.parse(text) as Credentials)
}

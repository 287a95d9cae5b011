import { Failure } from './failure.ts'
import { consoleRoot } from './route.ts'
import type { Credentials } from './sign.ts'

/** What is known of the service before anybody signs in. */
export interface Facts {
  version: string
  region: string
  accountId: string
  needsSignature: boolean
  streamLimits: string
}

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

/**
 * Those that the ticket in the address buys, else those of this tab, else of another one. A ticket is the newest: what a tab has
 * may have ended. One that has been used, as after a reload, matters to none who has others.
 */
export async function findCredentials(): Promise<Credentials | null> {
  answerOtherTabs()
  const ticket = takeTicket()
  const bought = ticket === undefined ? null : await redeem(ticket)
  if (bought && !(bought instanceof Failure)) keep(bought)
  const own = parse(sessionStorage.getItem(kept)) ?? parse(await fromOtherTabs())
  if (!own && bought instanceof Failure) throw bought
  return own
}

/** The one in the address, which is not there any more: neither the history nor a copied address shall have it. */
export function takeTicket(): string | undefined {
  const ticket = /^#ticket=([\w-]+)$/.exec(location.hash)?.[1]
  if (ticket !== undefined) history.replaceState(null, '', location.pathname + location.search)
  return ticket
}

function answerOtherTabs(): void {
  channel.addEventListener('message', ({ data }) => {
    const own = sessionStorage.getItem(kept)
    if (data === 'who?' && own !== null) channel.postMessage(own)
    if (data === 'out') {
      sessionStorage.removeItem(kept)
      location.reload()
    }
  })
}

async function redeem(ticket: string): Promise<Credentials | Failure> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ ticket })
  const answer = await fetch(`${consoleRoot}session`, { method: 'POST', headers, body })
  const said = (await answer.json()) as Credentials & { message?: string }
  return answer.ok ? said : new Failure('LINK_NOT_GOOD', said.message ?? '')
}

export function keep(credentials: Credentials): void {
  sessionStorage.setItem(kept, JSON.stringify(credentials))
}

/** In this tab: what was wrong here may be right in another one. */
export function forget(): void {
  sessionStorage.removeItem(kept)
}

/** In all tabs. */
export function signOut(): void {
  forget()
  channel.postMessage('out')
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
    asking.addEventListener('message', ({ data }) => String(data).startsWith('{') && end(String(data)))
    asking.postMessage('who?')
  })
}

function parse(text: string | null): Credentials | null {
  return text === null ? null : (JSON.parse(text) as Credentials)
}

import { Api } from './api.ts'
import { channelPage } from './kinesis/channel.ts'
import { clusterPage } from './kafka/cluster.ts'
import { h, say } from './dom.ts'
import { Failure, failureNote } from './failure.ts'
import { homePage } from './home.ts'
import type { Context, Page } from './page.ts'
import { queuePage } from './kinesis/queue.ts'
import { consoleRoot, go, type Kind, routeOf } from './route.ts'
import { type Facts, findCredentials, forget, readFacts, signOut, takeTicket } from './session.ts'
import type { Credentials } from './sign.ts'
import { signInPage } from './sign-in.ts'
import { streamPage } from './kinesis/stream.ts'

/* The console as a whole: whose key it has, and which page is shown. */

const main = document.querySelector('main') as HTMLElement
const header = document.querySelector('header') as HTMLElement
let page: Page | undefined
/** Shows what stands in the address, by the key that is used now. */
let showAddressed = () => {}

async function start(): Promise<void> {
  let facts: Facts | undefined
  try {
    facts = await readFacts()
    if (facts.needsSignature && !globalThis.isSecureContext) return showInsecure(facts)
    const credentials = facts.needsSignature ? await findCredentials() : null
    if (facts.needsSignature && !credentials) return askForKey(facts)
    open(facts, credentials)
  } catch (error) {
    if (facts && error instanceof Failure && error.code === 'LINK_NOT_GOOD') return askForKey(facts, error)
    main.replaceChildren(failureNote('The console could not start', error))
  }
}

function askForKey(facts: Facts, error?: Failure): void {
  showAddressed = () => {}
  showHeader(facts, null)
  put(signInPage(facts, error, (credentials) => open(facts, credentials)))
}

/** Browsers sign on localhost and over HTTPS alone; and elsewhere whoever is between could read along. */
function showInsecure(facts: Facts): void {
  showHeader(facts, null)
  const { host, hostname, port } = location
  const [secure, local] = [`https://${host}${consoleRoot}`, `http://localhost:${port}${consoleRoot}`]
  // It is good there all the same.
  const ticket = takeTicket()
  const hash = ticket === undefined ? '' : `#ticket=${ticket}`
  main.replaceChildren(
    h('h1', { tabindex: -1 }, 'Open the console by HTTPS, or by localhost'),
    h('p', {}, 'It signs its requests in the browser, which browsers do there alone.'),
    h(
      'p',
      {},
      'By HTTPS: ',
      h('a', { href: secure + hash }, secure),
      ', which is vouched for by the authority that ',
      h('code', {}, 'npx sluice trust'),
      ' shows.',
    ),
    h(
      'p',
      {},
      'By localhost: ',
      h('code', {}, `ssh -L ${port}:127.0.0.1:${port} ${hostname}`),
      ', then ',
      h('a', { href: local + hash }, local),
    ),
  )
}

function open(facts: Facts, credentials: Credentials | null): void {
  const leave = () => {
    signOut()
    askForKey(facts)
  }
  const api = new Api({ credentials, region: facts.region, origin: location.origin })
  const show = () => put(pageOf(context))
  const onRefused = (error: unknown) => {
    if (!(error instanceof Failure && error.isOfCredentials && credentials)) return
    // What was asked by an earlier key says nothing of another one.
    if (showAddressed !== show) return
    forget()
    askForKey(facts, error)
  }
  const context: Context = { api, facts, onRefused }
  showHeader(facts, credentials, leave)
  showAddressed = show
  show()
}

const pages: Readonly<Record<Kind, (context: Context, name: string, query: URLSearchParams) => Page>> = {
  channels: channelPage,
  clusters: clusterPage,
  queues: queuePage,
  streams: streamPage,
}

function pageOf(context: Context): Page {
  const { of, query } = routeOf(location)
  if (of === null) return homePage(context, query)
  if (of !== undefined) return pages[of.kind](context, of.name, query)
  const element = h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'There is no such page'),
    h('p', {}, h('a', { href: consoleRoot }, 'All clusters and streams')),
  )
  return { title: 'Not found', element, end: () => {} }
}

/** Whoever listens, or has the keyboard, begins at the heading of what is new. */
function put(next: Page): void {
  const isFirst = page === undefined
  page?.end()
  // What it asks is of the page before: whoever goes back leaves it.
  for (const dialog of document.querySelectorAll('dialog')) dialog.close()
  page = next
  document.title = `${next.title} · Sluice`
  main.replaceChildren(next.element)
  if (!isFirst) next.element.querySelector<HTMLElement>('h1')?.focus()
  say(next.title)
}

function showHeader(facts: Facts, credentials: Credentials | null, leave?: () => void): void {
  const who = credentials
    ? `key ${credentials.accessKeyId}`
    : facts.needsSignature
      ? 'not signed in'
      : 'no signatures needed'
  header.replaceChildren(
    h('a', { href: consoleRoot, class: 'brand' }, 'Sluice'),
    h('span', { class: 'quiet' }, `${facts.version} · ${facts.region} · account ${facts.accountId} · ${who}`),
    ...(credentials && leave
      ? [h('button', { type: 'button', class: 'small', onclick: leave }, 'Sign out')]
      : []),
  )
}

addEventListener('popstate', () => showAddressed())

/** Links within the console load nothing anew, unless somebody asks for another tab. */
document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest('a')
  if (
    !link ||
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey
  )
    return
  if (link.origin !== location.origin || !link.pathname.startsWith(consoleRoot) || link.hash !== '') return
  event.preventDefault()
  go(link.pathname + link.search)
})

/** `/` is for whoever wants to look for something. */
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || (event.target as Element).closest('input, textarea, select, dialog')) return
  const filter = document.querySelector<HTMLElement>('input[type=search]')
  if (!filter) return
  event.preventDefault()
  filter.focus()
})

void start()

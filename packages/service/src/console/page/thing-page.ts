import { type Child, h, Region } from './dom.ts'
import { failureNote } from './failure.ts'
import { live } from './live.ts'
import type { Context, Page, Tab, TabContext } from './page.ts'
import { consoleRoot, type Kind, pageAddress } from './route.ts'

const everyMsDefault = 2_000

/** A thing that has a page of its own, in parts of which one is shown. */
interface ThingPage<Thing> {
  kind: Kind
  name: string
  query: URLSearchParams
  /** What it is, for people: "the queue". */
  noun: string
  /** By their names in the address; the first one is shown where the address names none. */
  tabs: Readonly<Record<string, { title: string; open: (context: TabContext) => Tab<Thing> }>>
  describe(): Promise<Thing>
  everyMs?: number
  /** What stands below the name; it is made anew when `told` of the thing has changed. */
  headline(thing: Thing, context: TabContext): Child
  told(thing: Thing): unknown
  /** Between the headline and the parts. */
  below?: Node
}

export function thingPage<Thing>(context: Context, page: ThingPage<Thing>): Page {
  const { kind, name, query, noun, tabs, everyMs = everyMsDefault } = page
  const names = Object.keys(tabs)
  const asked = query.get('tab') ?? ''
  const chosen = names.includes(asked) ? asked : (names[0] ?? '')
  let refresh = () => {}
  const tabContext = { ...context, name, query, refresh: () => refresh() }
  const tab = tabs[chosen]?.open(tabContext) as Tab<Thing>
  const head = new Region({ class: 'bar' }, `Asking for ${noun} …`)
  const problem = new Region()
  const work = async () => {
    try {
      const thing = await page.describe()
      head.show(page.told(thing), () => page.headline(thing, tabContext))
      problem.show(null, () => null)
      tab.element.hidden = false
      await tab.update(thing)
    } catch (error) {
      head.show(null, () => null)
      problem.show(String(error), () => failureNote(`${name} cannot be shown`, error))
      tab.element.hidden = true
      context.onRefused(error)
    }
  }
  let end = live(everyMs, work)
  refresh = () => {
    end()
    end = live(everyMs, work)
  }
  const tabLinks = Object.entries(tabs).map(([key, { title }]) => {
    const href = pageAddress(kind, name, key === names[0] ? {} : { tab: key })
    return h('a', { href, 'aria-current': key === chosen ? 'page' : undefined }, title)
  })
  const element = h(
    'div',
    {},
    h(
      'nav',
      { 'aria-label': 'Breadcrumb', class: 'quiet' },
      h('a', { href: consoleRoot }, 'Clusters and streams'),
      ' / ',
      name,
    ),
    h('h1', { tabindex: -1 }, name),
    head.element,
    page.below,
    names.length > 1 && h('nav', { 'aria-label': `Parts of ${noun}`, class: 'tabs' }, ...tabLinks),
    problem.element,
    tab.element,
  )
  const endAll = () => {
    // Whoever is told later that something was done, as a dialog is, begins nothing anew.
    refresh = () => {}
    end()
    tab.end()
  }
  return { title: `${name} · ${tabs[chosen]?.title}`, element, end: endAll }
}

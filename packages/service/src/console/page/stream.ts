import { consumersTab } from './consumers-tab.ts'
import { type Child, h, Region, state } from './dom.ts'
import { failureNote } from './failure.ts'
import type { StreamSummary } from './kinesis.ts'
import { live } from './live.ts'
import type { Context, Page } from './page.ts'
import { recordsTab } from './records-tab.ts'
import { consoleRoot, streamAddress } from './route.ts'
import { settingsTab } from './settings-tab.ts'
import { shardsTab } from './shards-tab.ts'
import { deleteStream, putRecord } from './stream-actions.ts'

const everyMs = 2_000

const tabs = {
  shards: { title: 'Shards', open: shardsTab },
  records: { title: 'Records', open: recordsTab },
  consumers: { title: 'Consumers', open: consumersTab },
  settings: { title: 'Settings', open: settingsTab },
} as const

export function streamPage(context: Context, name: string, query: URLSearchParams): Page {
  const asked = query.get('tab') ?? 'shards'
  const chosen = Object.hasOwn(tabs, asked) ? (asked as keyof typeof tabs) : 'shards'
  let refresh = () => {}
  const tab = tabs[chosen].open({ ...context, name, query, refresh: () => refresh() })
  const head = new Region({ class: 'bar' }, 'Asking for the stream …')
  const problem = new Region()
  const work = async () => {
    try {
      const call = {
        service: 'kinesis',
        operation: 'DescribeStreamSummary',
        input: { StreamName: name },
      } as const
      const { StreamDescriptionSummary: stream } = await context.api.call<{
        StreamDescriptionSummary: StreamSummary
      }>(call)
      head.show([stream.StreamStatus, stream.StreamARN], () => headline(context, stream))
      problem.show(null, () => null)
      tab.element.hidden = false
      await tab.update(stream)
    } catch (error) {
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
    h(
      'nav',
      { 'aria-label': 'Parts of the stream', class: 'tabs' },
      ...Object.entries(tabs).map(([key, { title }]) => {
        const href = streamAddress(name, key === 'shards' ? {} : { tab: key })
        return h('a', { href, 'aria-current': key === chosen ? 'page' : undefined }, title)
      }),
    ),
    problem.element,
    tab.element,
  )
  const endAll = () => {
    // Whoever is told later that something was done, as a dialog is, begins nothing anew.
    refresh = () => {}
    end()
    tab.end()
  }
  return { title: `${name} · ${tabs[chosen].title}`, element, end: endAll }
}

function headline(context: Context, stream: StreamSummary): Child {
  const { StreamName: name } = stream
  return [
    state(stream.StreamStatus),
    h('code', { class: 'quiet' }, stream.StreamARN),
    h('span', { class: 'gap' }),
    h(
      'button',
      {
        type: 'button',
        'data-key': 'put',
        class: 'primary',
        onclick: () => putRecord(context, name, () => {}),
      },
      'Put record',
    ),
    h(
      'button',
      { type: 'button', 'data-key': 'delete', onclick: () => deleteStream(context, name) },
      'Delete stream',
    ),
  ]
}

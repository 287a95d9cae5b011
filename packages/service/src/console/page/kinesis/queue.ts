import { actionButton, setting } from '../action.ts'
import { kinesis } from '../command.ts'
import { type Child, facts, h, Region, state } from '../dom.ts'
import { Failure } from '../failure.ts'
import { timeText } from '../formats.ts'
import { type Queue, type QueueSummary, streamOf } from './kinesis.ts'
import { live } from '../live.ts'
import { type Figures, queueFigures } from './metrics.ts'
import type { Context, Page, Tab, TabContext } from '../page.ts'
import { changeQueue, deleteQueue } from './queue-actions.ts'
import { queueRecords } from './queue-records.ts'
import { streamAddress } from '../route.ts'
import { TagList } from '../tags.ts'
import { thingPage } from '../thing-page.ts'

const figuresEveryMs = 10_000

const tabs = {
  records: { title: 'Records', open: queueRecords(false) },
  dead: { title: 'Dead letters', open: queueRecords(true) },
  settings: { title: 'Settings', open: settingsTab },
}

export function queuePage(context: Context, name: string, query: URLSearchParams): Page {
  const { api } = context
  const counts = new Region()
  let arn: string | undefined
  const arnOf = async () => {
    const all = await api.all<QueueSummary>(kinesis('ListQueues', {}), 'QueueSummaries')
    const found = all.find(({ QueueName }) => QueueName === name)
    if (!found) throw new Failure('ResourceNotFoundException', `There is no queue ${name}.`)
    return found.QueueARN
  }
  const measure = async () => {
    if (arn === undefined) return
    const measured = await queueFigures(api, [{ QueueName: name, QueueARN: arn }]).catch(() => null)
    const figures = measured?.get(arn) ?? {}
    counts.show(figures, () => countsOf(figures))
  }
  const endFigures = live(figuresEveryMs, measure)
  const page = thingPage<Queue>(context, {
    ...{ kind: 'queues', noun: 'the queue', name, query, tabs },
    async describe() {
      const isFirst = arn === undefined
      arn ??= await arnOf()
      const call = kinesis('DescribeQueue', { QueueARN: arn })
      const { QueueDescription: queue } = await api.call<{ QueueDescription: Queue }>(call)
      if (isFirst) void measure()
      return queue
    },
    told: ({ QueueStatus: at }) => at,
    headline: (queue) => headline(context, queue),
    below: counts.element,
  })
  return {
    ...page,
    end: () => {
      endFigures()
      page.end()
    },
  }
}

function headline(context: Context, queue: Queue): Child {
  const stream = streamOf(queue.StreamConfigurationList[0]?.StreamARN ?? '')
  return [
    state(queue.QueueStatus),
    h('span', {}, 'Queue of ', h('a', { href: streamAddress(stream, { tab: 'queues' }) }, stream)),
    h('code', { class: 'quiet' }, queue.QueueARN),
    h('span', { class: 'gap' }),
    actionButton('Delete queue', 'delete', () => deleteQueue(context, queue)),
  ]
}

function countsOf({ visible, inFlight, dead }: Figures): Child {
  const text = (count: number | undefined) => count?.toLocaleString('en-US') ?? '…'
  return facts([
    ['To be received', text(visible)],
    ['In flight', text(inFlight)],
    ['Dead letters', text(dead)],
    ['Counted', 'once a minute'],
  ])
}

function settingsTab(context: TabContext): Tab<Queue> {
  const settings = new Region()
  const tags = new TagList(context)
  const update = (queue: Queue) => {
    settings.show(queue, () => settingsOf(context, queue))
    return tags.update(queue.QueueARN)
  }
  const element = h('div', {}, h('h2', {}, 'Settings'), settings.element, tags.element)
  return { element, update, end: () => {} }
}

function settingsOf(context: TabContext, queue: Queue): Node {
  const { VisibilityTimeoutSeconds: seconds, DeadLetterConfiguration: dead } = queue.QueueAttributes
  const { Type: type, Timestamp: at } = queue.StreamConfigurationList[0]?.StartingPosition ?? {}
  const change = () => changeQueue(context, queue, context.refresh)
  const receives = dead.MaxReceiveCount
  return facts([
    ['Made', timeText(queue.QueueCreationTimestamp)],
    ['Begins with', `${type}${at === undefined ? '' : `, ${timeText(at)}`}`],
    setting('Visibility time-out', `${seconds} s`, 'Change', change),
    setting('Dead letters', receives === undefined ? 'none' : `after ${receives} receives`, 'Change', change),
  ])
}

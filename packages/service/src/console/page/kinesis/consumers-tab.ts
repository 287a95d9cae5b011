import { type Child, code, emptyState, h, Region, state, table } from '../dom.ts'
import { failureNote } from '../failure.ts'
import { bytesText, spanText, timeText } from '../formats.ts'
import type { Consumer } from './kinesis.ts'
import { live } from '../live.ts'
import { consumerFigures, type Figures } from './metrics.ts'
import type { Tab, TabContext } from '../page.ts'
import { deregisterConsumer, registerConsumer } from './stream-actions.ts'

const figuresEveryMs = 10_000

/** Who has a share of each shard for itself. Readers by GetRecords leave no name in the API. */
export function consumersTab(context: TabContext): Tab {
  const { api, name, refresh } = context
  const list = new Region({}, 'Asking for the consumers …')
  let arn = ''
  let consumers: Consumer[] = []
  let figures = new Map<string, Figures>()
  const show = () => list.show([consumers, [...figures]], () => shown(context, { arn, consumers, figures }))
  const update = async ({ StreamARN }: { StreamARN: string }) => {
    arn = StreamARN
    try {
      const call = {
        service: 'kinesis',
        operation: 'ListStreamConsumers',
        input: { StreamARN: arn },
      } as const
      const isFirst = consumers.length === 0
      consumers = await api.all<Consumer>(call, 'Consumers')
      show()
      if (isFirst) await measure()
    } catch (error) {
      list.show(String(error), () => failureNote('Consumers cannot be listed', error))
      context.onRefused(error)
    }
  }
  const measure = async () => {
    const names = consumers.map(({ ConsumerName }) => ConsumerName)
    // Whoever may not read CloudWatch sees no figures, and all else.
    figures = await consumerFigures(api, name, names).catch(() => new Map())
    if (consumers.length > 0) show()
  }
  const register = () => registerConsumer(context, arn, refresh)
  const button = h(
    'button',
    { type: 'button', 'data-key': 'register', onclick: register },
    'Register consumer',
  )
  const element = h('div', {}, h('div', { class: 'bar' }, h('h2', {}, 'Consumers'), button), list.element)
  return { element, update, end: live(figuresEveryMs, measure) }
}

interface Shown {
  arn: string
  consumers: readonly Consumer[]
  figures: ReadonlyMap<string, Figures>
}

function shown(context: TabContext, { arn, consumers, figures }: Shown): Child {
  if (consumers.length === 0)
    return emptyState(
      'No consumers are registered.',
      h(
        'p',
        {},
        'A consumer has 2 MiB a second of each shard for itself (enhanced fan-out). Whoever reads by GetRecords needs none. This registers one:',
      ),
      code(`aws kinesis register-stream-consumer --stream-arn ${arn} --consumer-name reader`),
    )
  const rows = consumers.map(({ ConsumerName: consumer, ...one }) => {
    const { bytesOut = 0, recordsOut = 0, ageMs } = figures.get(consumer) ?? {}
    const deregister = () => deregisterConsumer(context, arn, consumer, context.refresh)
    const props = {
      type: 'button',
      class: 'small',
      'data-key': consumer,
      'aria-label': `Deregister ${consumer}`,
    }
    return [
      consumer,
      state(one.ConsumerStatus),
      timeText(one.ConsumerCreationTimestamp),
      `${bytesText(bytesOut)}/s · ${recordsOut.toFixed(1)}/s`,
      ageMs === undefined ? 'not subscribed' : spanText(ageMs),
      h('button', { ...props, onclick: deregister }, 'Deregister'),
    ]
  })
  return table('Consumers', ['Name', 'State', 'Since', 'Out, by the last minute', 'Behind', 'Actions'], rows)
}

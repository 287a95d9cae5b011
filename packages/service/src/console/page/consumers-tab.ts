import { code, emptyState, h, Region, state, table } from './dom.ts'
import { failureNote } from './failure.ts'
import { timeText } from './formats.ts'
import type { Consumer } from './kinesis.ts'
import type { Tab, TabContext } from './page.ts'
import { deregisterConsumer, registerConsumer } from './stream-actions.ts'

/** Who has a share of each shard for itself. Readers by GetRecords leave no trace in the API. */
export function consumersTab(context: TabContext): Tab {
  const { api, refresh } = context
  const list = new Region()
  let arn = ''
  const update = async ({ StreamARN }: { StreamARN: string }) => {
    arn = StreamARN
    try {
      const call = {
        service: 'kinesis',
        operation: 'ListStreamConsumers',
        input: { StreamARN: arn },
      } as const
      const consumers = await api.all<Consumer>(call, 'Consumers')
      list.show(consumers, () => shown(consumers))
    } catch (error) {
      list.show(String(error), () => failureNote('Consumers cannot be listed', error))
      context.onRefused(error)
    }
  }
  const shown = (consumers: readonly Consumer[]) => {
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
    const rows = consumers.map((one) => [
      one.ConsumerName,
      state(one.ConsumerStatus),
      timeText(one.ConsumerCreationTimestamp),
      h('code', {}, one.ConsumerARN),
      h(
        'button',
        {
          type: 'button',
          class: 'small',
          'data-key': one.ConsumerName,
          'aria-label': `Deregister ${one.ConsumerName}`,
          onclick: () => deregisterConsumer(context, arn, one.ConsumerName, refresh),
        },
        'Deregister',
      ),
    ])
    return table('Consumers', ['Name', 'State', 'Since', 'ARN', 'Actions'], rows)
  }
  const register = () => registerConsumer(context, arn, refresh)
  const element = h(
    'div',
    {},
    h(
      'div',
      { class: 'bar' },
      h('h2', {}, 'Consumers'),
      h('button', { type: 'button', onclick: register }, 'Register consumer'),
    ),
    list.element,
  )
  return { element, update, end: () => {} }
}

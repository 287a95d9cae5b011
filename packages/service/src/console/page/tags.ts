import { actionButton, ask } from './action.ts'
import { kinesis } from './command.ts'
import { type Child, emptyState, h, Region, table } from './dom.ts'
import { failureNote } from './failure.ts'
import type { TabContext } from './page.ts'

interface Tag {
  Key: string
  Value?: string
}

/** The tags of a stream, a queue or a channel. */
export class TagList {
  readonly element: HTMLElement
  readonly #context: TabContext
  readonly #region = new Region({}, 'Asking for the tags …')
  #arn = ''

  constructor(context: TabContext) {
    this.#context = context
    const add = actionButton('Add tag', 'add tag', () => this.#add())
    const bar = h('div', { class: 'bar' }, h('h2', {}, 'Tags'), add)
    this.element = h('section', {}, bar, this.#region.element)
  }

  async update(arn: string): Promise<void> {
    this.#arn = arn
    try {
      const call = kinesis('ListTagsForResource', { ResourceARN: arn })
      const { Tags: found } = await this.#context.api.call<{ Tags: Tag[] }>(call)
      this.#region.show(found, () => this.#table(found))
    } catch (error) {
      this.#region.show(String(error), () => failureNote('Tags cannot be listed', error))
      this.#context.onRefused(error)
    }
  }

  #table(found: readonly Tag[]): Child {
    if (found.length === 0) return emptyState('No tags yet.', h('p', {}, '“Add tag” makes one.'))
    const rows = found.map(({ Key: key, Value: value = '' }) => {
      const props = { class: 'small', 'aria-label': `Remove the tag ${key}` }
      return [key, value, actionButton('Remove', `tag ${key}`, () => this.#remove(key), props)]
    })
    return table('Tags', ['Key', 'Value', 'Actions'], rows)
  }

  #add(): void {
    const action = {
      title: `Tag ${this.#context.name}`,
      verb: 'Add tag',
      fields: [
        { name: 'key', label: 'Key', kind: 'text', required: true },
        { name: 'value', label: 'Value', kind: 'text' },
      ],
      call: ({ key = '', value = '' }) =>
        kinesis('TagResource', { ResourceARN: this.#arn, Tags: { [key]: value } }),
      done: (_: unknown, { key }: { key?: string }) => `The tag ${key} is there.`,
      failed: 'The tag was not added',
    } as const
    ask(this.#context, action, this.#context.refresh)
  }

  #remove(key: string): void {
    const action = {
      title: `Remove the tag ${key} of ${this.#context.name}`,
      verb: 'Remove tag',
      call: () => kinesis('UntagResource', { ResourceARN: this.#arn, TagKeys: [key] }),
      done: () => `The tag ${key} is gone.`,
      failed: 'The tag was not removed',
    }
    ask(this.#context, action, this.#context.refresh)
  }
}

/* Elements are made by hand, and texts are only ever texts: whatever a record or a name holds, it is never read as HTML. */

export type Child = Node | string | number | null | undefined | false | readonly Child[]
type Prop = string | number | boolean | null | undefined | ((event: never) => void)
export type Props = Readonly<Record<string, Prop>>

/**
 * An element. A prop is an attribute; a function is a listener of the event behind its `on`; `true` is an attribute without a
 * value; what is undefined, null or false is not there.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...nodesOf(children))
  return element
}

function nodesOf(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === null || child === undefined || child === false) return []
    if (Array.isArray(child)) return nodesOf(child)
    return [typeof child === 'number' ? String(child) : (child as Node | string)]
  })
}

/** A part of a page that is made anew when its data have changed, and only then: who is in it with the keyboard stays there. */
export class Region {
  readonly element: HTMLElement
  #shown: string | null = null

  /** Until there is something, `waiting` says so to whom half a second is long. */
  constructor(props: Props = {}, waiting = '') {
    this.element = h('div', props, waiting === '' ? null : h('p', { class: 'quiet waiting' }, waiting))
  }

  show(data: unknown, make: () => Child): void {
    const text = JSON.stringify(data) ?? ''
    if (text === this.#shown) return
    this.#shown = text
    const { activeElement } = document
    const key = this.element.contains(activeElement) ? activeElement?.getAttribute('data-key') : null
    this.element.replaceChildren(...nodesOf([make()]))
    if (key) this.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
  }
}

/** Says it to who listens instead of looking. */
export function say(text: string): void {
  const place = document.querySelector('#said')
  if (place) place.textContent = text
}

/** A table with its head; `caption` is for who does not see what stands above it. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly Child[])[],
): Node {
  return h(
    'div',
    { class: 'scroll', role: 'group', 'aria-label': caption, tabindex: 0 },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, ...columns.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, ...rows.map((cells) => h('tr', {}, ...cells.map((cell) => h('td', {}, cell))))),
    ),
  )
}

export type Fact = readonly [name: string, value: Child]

/** Names and values, one under the other. */
export function facts(entries: readonly Fact[]): Node {
  return h(
    'dl',
    { class: 'facts' },
    ...entries.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )
}

const kinds: Readonly<Record<string, readonly [kind: string, sign: string]>> = {
  ACTIVE: ['good', '●'],
  OPEN: ['good', '●'],
  Stable: ['good', '●'],
  FAILED: ['bad', '✕'],
  Dead: ['bad', '✕'],
  CLOSED: ['busy', '○'],
  Empty: ['busy', '○'],
}

/** A state is a sign and a word, and a colour beside. */
export function state(name: string): Node {
  const [kind, sign] = kinds[name] ?? ['busy', '◐']
  return h('span', { class: `state ${kind}` }, h('span', { 'aria-hidden': 'true' }, sign), ` ${name}`)
}

/** What there is instead of nothing: why, and what to do. */
export function emptyState(title: string, ...more: Child[]): Node {
  return h('div', { class: 'empty' }, h('p', {}, h('strong', {}, title)), ...more)
}

/** A command to copy. */
export function code(text: string): Node {
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    say('Copied.')
  }
  const button = h(
    'button',
    { type: 'button', class: 'small', onclick: () => void copy(), 'aria-label': `Copy ${text}` },
    'Copy',
  )
  return h('div', { class: 'code' }, h('code', { tabindex: 0 }, text), navigator.clipboard ? button : null)
}

/** Commands that show the same. */
export function asCode(...commands: string[]): HTMLElement {
  return h('details', { class: 'as-code' }, h('summary', {}, 'Show as code'), ...commands.map(code))
}

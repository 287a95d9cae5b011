import { type Call, commandOf, type Values } from './command.ts'
import { type Child, code, type Fact, h, type Props, say } from './dom.ts'
import { failureNote } from './failure.ts'
import type { Context } from './page.ts'

/** What a form asks for. */
export interface Field {
  name: string
  label: string
  kind: 'text' | 'number' | 'select' | 'area' | 'check' | 'datetime-local'
  value?: string
  /** Of a select: what is sent, and what it is called. */
  options?: readonly (readonly [value: string, label: string])[]
  hint?: string
  required?: boolean
  /** A regular expression, as HTML has it. */
  pattern?: string
  min?: number
  max?: number
}

/** One thing that can be done: by hand here, and as the command beside. */
interface Action<Answer> {
  title: string
  /** What the button says. */
  verb: string
  intro?: Child
  fields?: readonly Field[]
  /** What has to be typed before data are lost. */
  confirm?: string
  call(values: Values): Call
  /** What has become of it, in a sentence. */
  done(answer: Answer, values: Values): string
  /** What did not happen: "The stream was not made". */
  failed: string
  /** Does not close: the next one is likely. */
  isRepeated?: boolean
}

/** As streams, consumers, queues and channels may be called. */
export const nameField: Field = {
  name: 'name',
  label: 'Name',
  kind: 'text',
  required: true,
  pattern: '[a-zA-Z0-9_.\\-]{1,128}',
  hint: 'Letters, digits, and _ . -',
}

/** Begins something; `key` is by what the keyboard finds it again when it was made anew. */
export function actionButton(label: string, key: string, work: () => void, props: Props = {}): HTMLElement {
  return h('button', { type: 'button', 'data-key': key, onclick: work, ...props }, label)
}

/** A setting is a value, and a button by which it becomes another one. */
export function setting(name: string, value: Child, verb: string, change: (() => void) | null): Fact {
  const props = { class: 'small', 'aria-label': `${verb}: ${name}` }
  return [name, [value, ' ', change && actionButton(verb, name, change, props)]]
}

/** Asks for what an action needs, shows the command that does the same, and does it. */
export function ask<Answer>(context: Context, action: Action<Answer>, after: () => void): void {
  const result = h('div', { role: 'status' })
  const command = h('div')
  const { fields = [], confirm } = action
  // Where nothing is asked for, Enter does it.
  const autofocus = fields.length === 0 && confirm === undefined
  const button = h('button', { class: confirm === undefined ? 'primary' : 'danger', autofocus }, action.verb)
  const typed = h('input', { name: '#confirm', autocomplete: 'off', spellcheck: 'false' })
  const valuesOf = () => Object.fromEntries(new FormData(form)) as Values
  const changed = () => {
    button.disabled = confirm !== undefined && typed.value !== confirm
    command.replaceChildren(code(commandOf(action.call(valuesOf()))))
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    button.disabled = true
    try {
      const values = valuesOf()
      const told = action.done(await context.api.call<Answer>(action.call(values)), values)
      say(told)
      after()
      if (action.isRepeated) result.replaceChildren(h('p', { class: 'success' }, `✓ ${told}`))
      else dialog.close()
    } catch (error) {
      result.replaceChildren(failureNote(action.failed, error))
      context.onRefused(error)
    } finally {
      button.disabled = false
    }
  }
  const form = h(
    'form',
    { onsubmit: (event: SubmitEvent) => void submit(event), oninput: changed },
    h('h2', { id: 'action' }, action.title),
    action.intro,
    ...fields.map(fieldElement),
    confirm === undefined
      ? null
      : h('label', {}, h('span', {}, 'Type ', h('strong', {}, confirm), ' to confirm'), typed),
    h('details', { open: true }, h('summary', {}, 'Show as code'), command),
    result,
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', onclick: () => dialog.close() }, action.isRepeated ? 'Close' : 'Cancel'),
      button,
    ),
  )
  const dialog = h('dialog', { 'aria-labelledby': 'action' }, form)
  const back = wayBack()
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (document.activeElement === document.body) back()
  })
  document.body.append(dialog)
  changed()
  dialog.showModal()
}

/**
 * Gives the keyboard to what has it now, or, where that is made anew meanwhile, to what has its key; where that is gone to the next
 * thing that is not.
 */
function wayBack(): () => void {
  const all = [...document.querySelectorAll('[data-key]')]
  const at = all.indexOf(document.activeElement as Element)
  const keys = at < 0 ? [] : all.slice(at).map((element) => element.getAttribute('data-key') ?? '')
  return () => {
    const places = keys.map((key) => document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`))
    const place = places.find((one) => one !== null) ?? document.querySelector<HTMLElement>('h1')
    place?.focus()
  }
}

function fieldElement(field: Field): HTMLElement {
  const { name, label, kind, value = '', hint, required = false } = field
  const hintId = `hint-${name}`
  const common = { name, required, 'aria-describedby': hint ? hintId : undefined }
  const below = hint ? h('small', { id: hintId }, hint) : null
  if (kind === 'check')
    return h(
      'label',
      { class: 'check' },
      h('input', { ...common, type: 'checkbox', value: 'yes', checked: value === 'yes' }),
      ` ${label}`,
      below,
    )
  return h('label', {}, label, controlOf(field, { ...common, value }), below)
}

function controlOf(
  { kind, options = [], pattern, min, max }: Field,
  common: { name: string; required: boolean; 'aria-describedby': string | undefined; value: string },
): HTMLElement {
  const { value, ...rest } = common
  if (kind === 'area') return h('textarea', { ...rest, rows: 5, spellcheck: 'false' }, value)
  if (kind === 'select')
    return h(
      'select',
      rest,
      ...options.map(([sent, label]) => h('option', { value: sent, selected: sent === value }, label)),
    )
  return h('input', {
    ...rest,
    value,
    type: kind,
    pattern,
    min,
    max,
    autocomplete: 'off',
    spellcheck: 'false',
  })
}

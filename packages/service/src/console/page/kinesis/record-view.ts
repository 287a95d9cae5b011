import { h } from '../dom.ts'
import { base64Bytes, bytesText, fromBase64, hexText, jsonText, textOf } from '../formats.ts'
import type { ReadRecord } from './kinesis.ts'

type DataOf = Pick<ReadRecord, 'Data' | 'SequenceNumber'>

/** How the data of records are shown; `auto` is the first of the others that they are. */
export const views = ['auto', 'json', 'text', 'hex'] as const
export type View = (typeof views)[number]

const previewBytes = 240
const previewLetters = 120
/** More than that of a record is shown when somebody asks for it. */
const shownBytes = 65_536

/** One line of it: only as much is decoded. */
export function previewOf({ Data: data }: Pick<ReadRecord, 'Data'>, view: View): string {
  const bytes = fromBase64(data, previewBytes)
  const text = view === 'hex' ? null : textOf(bytes, base64Bytes(data) > bytes.length)
  const line = text === null ? hexOf(bytes.subarray(0, 40)) : text.replace(/\s+/g, ' ')
  const isWhole = line.length <= previewLetters && base64Bytes(data) <= previewBytes
  return isWhole ? line : `${line.slice(0, previewLetters)}…`
}

/** The data, up to so many bytes. */
export function dataText(data: string, view: View, bytesMax: number): string {
  const bytes = fromBase64(data, bytesMax)
  const isCut = base64Bytes(data) > bytes.length
  const text = view === 'hex' ? null : textOf(bytes, isCut)
  if (text === null) return hexText(bytes)
  // A part of JSON is none.
  return (view === 'text' || isCut ? null : jsonText(text)) ?? text
}

/** A record's data behind its preview: nothing is made of them before somebody opens it. */
export function dataElement(record: DataOf, view: View): HTMLElement {
  const { Data: data, SequenceNumber: number } = record
  const bytes = base64Bytes(data)
  const body = h('div')
  const show = (bytesMax: number) => {
    const rest = bytes - bytesMax
    const more = h(
      'button',
      { type: 'button', class: 'small', onclick: () => show(Number.POSITIVE_INFINITY) },
      `Show all ${bytesText(bytes)}`,
    )
    body.replaceChildren(
      h('pre', { tabindex: 0, 'aria-label': `Data of ${number}` }, dataText(data, view, bytesMax)),
      ...(rest > 0 ? [more] : []),
    )
  }
  const opened = () => element.open && body.childElementCount === 0 && show(shownBytes)
  const element = h(
    'details',
    { ontoggle: opened },
    h('summary', {}, h('code', {}, previewOf(record, view) || '(empty)')),
    body,
  )
  return element
}

/** Does it have this text in its key or, as far as it is a text, its data? */
export function isLike({ PartitionKey: key, Data: data }: ReadRecord, text: string): boolean {
  if (text === '' || key.toLowerCase().includes(text)) return true
  return (textOf(fromBase64(data), false) ?? '').toLowerCase().includes(text)
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

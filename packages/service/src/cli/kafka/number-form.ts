/** How a number stands in a format: as digits, or as so many bits in that order. */
const forms = {
  ascii: null,
  bool: null,
  hex64: ['hex', 8],
  hex32: ['hex', 4],
  hex16: ['hex', 2],
  hex8: ['hex', 1],
  hex4: ['hex', 0.5],
  big64: ['big', 8],
  big32: ['big', 4],
  big16: ['big', 2],
  big8: ['big', 1],
  byte: ['big', 1],
  little64: ['little', 8],
  little32: ['little', 4],
  little16: ['little', 2],
  little8: ['little', 1],
} as const

export type NumberForm = keyof typeof forms

export function isNumberForm(text: string): text is NumberForm {
  return Object.hasOwn(forms, text)
}

/** The lowest bits, as many as there is room for. */
export function numberBytes(
  form: Exclude<NumberForm, 'ascii' | 'bool'>,
  value: number | bigint,
): string | Buffer {
  const [order, size] = forms[form]
  const bits = BigInt.asUintN(size * 8, BigInt(value))
  const hex = bits.toString(16).padStart(size * 2, '0')
  if (order === 'hex') return hex
  const bytes = Buffer.from(hex, 'hex')
  return order === 'big' ? bytes : bytes.reverse()
}

/** How many bytes a number of that form has; null where it is text, up to what follows. */
export function numberSize(form: NumberForm): number | null {
  const found = forms[form]
  if (!found) return null
  const [order, size] = found
  return order === 'hex' ? size * 2 : size
}

export function numberOf(form: NumberForm, bytes: Buffer): number {
  const found = forms[form]
  if (!found) return Number(bytes.toString())
  const [order] = found
  if (order === 'hex') return Number(`0x${bytes.toString()}`)
  const ordered = order === 'big' ? bytes : Buffer.from(bytes).reverse()
  return Number(`0x${ordered.toString('hex')}`)
}

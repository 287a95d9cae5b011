/**
 * The terms of CloudWatch Logs' filter patterns ("Filter pattern syntax" of its user guide): those that a message must have,
 * `?term` of which it must have one, `-term` that it must not have; with quotation marks also of several words. The case
 * of letters counts. Null for the patterns that look into JSON (`{ … }`) or columns (`[ … ]`), which are not served.
 */
export function filterPattern(text: string): ((message: string) => boolean) | null {
  const trimmed = text.trim()
  if (/^[{[%]/.test(trimmed)) return null
  const terms = [...trimmed.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign = '', quoted, word = '']) => ({ sign, text: quoted?.replaceAll(/\\(.)/g, '$1') ?? word }),
  )
  const of = (sign: string) => terms.filter((one) => one.sign === sign).map((one) => one.text)
  const [needed, optional, excluded] = [of(''), of('?'), of('-')]
  return (message) =>
    needed.every((term) => message.includes(term)) &&
    (optional.length === 0 || optional.some((term) => message.includes(term))) &&
    !excluded.some((term) => message.includes(term))
}

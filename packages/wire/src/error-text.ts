/** Longest text of an error that any answer carries, UTF-16 units: enough for a sentence that repeats a name or two. */
export const errorTextUnitsMax = 1024

/**
 * A text of an error as answers carry it. Errors repeat what a client has sent, at any length; the whole of it could be
 * more than a string on the wire may hold, and its client knows it already.
 */
export function errorText(text: string): string {
  if (text.length <= errorTextUnitsMax) return text
  const cut = text.slice(0, errorTextUnitsMax - 1)
  // Not between the two halves of a character.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

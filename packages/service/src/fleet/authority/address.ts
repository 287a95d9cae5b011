/** A host is known by its address, and by no name. */
export function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host)
}

import { OperatingError } from './operating-error.ts'

/** What a newer build has written: undefined where it is not. To repair it, or to remove it, would be the worst advice. */
export function newerFormat(path: string, found: unknown, known: number): OperatingError | undefined {
  if (typeof found !== 'number' || found <= known) return undefined
  const formats = known === 1 ? '1' : `1 to ${known}`
  return new OperatingError(`${path} is of a newer build of Sluice.`, {
    code: 'NEWER_FORMAT',
    why: `Its formatVersion is ${found}; this one reads ${formats}.`,
    next: 'Start the service with that build, and leave the file as it is.',
  })
}

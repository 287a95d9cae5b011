/**
 * Something outside the code is in the way: a taken port, a full disk, a second process. The three texts are
 * made for one screen: what failed, why, what to do next.
 */
export class OperatingError extends Error {
  override readonly name = 'OperatingError'
  /** A system error code (EADDRINUSE, ENOSPC, …) or one of ours (DATA_DIRECTORY_IN_USE, …). */
  readonly code: string
  readonly why: string
  readonly next: string
  /** A person has to do something: trying again changes nothing. */
  readonly isFinal: boolean

  constructor(
    what: string,
    detail: { code: string; why: string; next: string; isFinal?: boolean; cause?: unknown },
  ) {
    super(what, { cause: detail.cause })
    this.code = detail.code
    this.why = detail.why
    this.next = detail.next
    this.isFinal = detail.isFinal ?? false
  }
}

/** The code of a cluster whose metadata has lost something that nobody has accepted as lost. */
export const metadataDamaged = 'METADATA_DAMAGED'

/** One sentence for a `stateInfo`, from any error. */
export function sentenceOf(error: unknown): string {
  if (error instanceof OperatingError) return `${error.message} ${error.why} ${error.next}`
  const { code, message } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : systemSentences[code]
  return known === undefined ? (message ?? String(error)) : `${known} (${message})`
}

/** As a sentence begins. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return typeof code === 'string' ? code : undefined
}

const systemSentences: Record<string, string> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EROFS: 'The file system is read-only.',
  EACCES: 'The data directory may not be written.',
  EPERM: 'The data directory may not be written.',
  EADDRINUSE: 'A port is taken.',
  EADDRNOTAVAIL: 'The address is not one of this machine.',
  EMFILE: 'The process has no file descriptors left.',
  EIO: 'The disk answers with an input/output error.',
}

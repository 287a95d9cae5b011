/** Without a stack: they are thrown by the thousand, and nobody reads where a simulated machine has made them. */
export function systemError(code: string, what = 'connect'): NodeJS.ErrnoException {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return Object.assign(new Error(`${code}: ${what}`), { code, syscall: what })
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

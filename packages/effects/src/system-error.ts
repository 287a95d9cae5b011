/** Did the operating system refuse something (ENOSPC, EIO, EADDRINUSE, …)? Anything else that is thrown is a bug. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error
}

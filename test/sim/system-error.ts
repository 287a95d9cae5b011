export function systemError(code: string, what = 'connect'): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${what}`), { code, syscall: what })
}

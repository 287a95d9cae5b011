import { handles } from '../native-module.ts'

/** Runs `fn` as on a platform where no native library loads. */
export async function withoutNativeModules<T>(fn: () => T | Promise<T>): Promise<T> {
  for (const handle of handles) handle.disabled = true
  try {
    return await fn()
  } finally {
    for (const handle of handles) handle.disabled = false
  }
}

/**
 * Native libraries are optional: each has a fallback in JavaScript, and each is loaded at its first use, since a
 * broker that never meets a codec should not pay for it. `require` is hidden from bundlers on purpose: the
 * libraries stay outside a bundle.
 */
interface NativeModule<T> {
  /** The library, or null where it is not installed or does not load on this platform. */
  get(): T | null
}

let ownRequire: NodeJS.Require | undefined

/** `node:module`, too, is loaded only when something is required. */
function requireHere(name: string): unknown {
  ownRequire ??= process.getBuiltinModule('node:module').createRequire(import.meta.url)
  return ownRequire(name)
}

/** All that have been asked for. */
export const handles: Handle<unknown>[] = []

class Handle<T> implements NativeModule<T> {
  readonly #name: string
  #loaded: T | null | undefined
  disabled = false

  constructor(name: string) {
    this.#name = name
  }

  get(): T | null {
    if (this.disabled) return null
    if (this.#loaded === undefined) this.#loaded = this.#load()
    return this.#loaded
  }

  #load(): T | null {
    try {
      return requireHere(this.#name) as T
    } catch {
      // Not installed, or no build of it for this platform: the caller falls back.
      return null
    }
  }
}

export function nativeModule<T>(name: string): NativeModule<T> {
  const handle = new Handle<T>(name)
  handles.push(handle)
  return handle
}

/** For a dependency that is always installed but rarely needed: it costs nothing until it is. */
export function requireLazily(name: string): () => unknown {
  let loaded: unknown
  return () => (loaded ??= requireHere(name))
}

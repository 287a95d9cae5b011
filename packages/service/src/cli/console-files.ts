import { fileURLToPath } from 'node:url'

/** Where the build puts the console's files: beside the bundle that this is a part of. */
export function consoleDirectory(): string {
  return fileURLToPath(new URL('console', import.meta.url))
}

import { join } from 'node:path'

/** Where a node with a process of its own lives. */
export interface NodeDirectories {
  /** Holds the others, and the note of its process. */
  readonly node: string
  readonly data: string
  readonly config: string
  readonly logs: string
}

export function directoriesBelow(clusterDirectory: string, name: string): NodeDirectories {
  const node = join(clusterDirectory, name)
  return {
    node,
    data: join(node, 'volume-1'),
    config: join(node, 'config'),
    logs: join(node, 'logs'),
  }
}

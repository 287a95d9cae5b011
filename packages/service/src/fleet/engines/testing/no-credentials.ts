import type { EngineClusterOptions } from '../engine.ts'

/** Of a cluster whose nodes want no certificates. */
export const noCredentials: EngineClusterOptions['credentials'] = () => {
  throw new Error('nobody asks for a certificate here')
}

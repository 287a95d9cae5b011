import type { Api, Input, RequestOf } from '@sluice/wire'
import type { Grant } from '../../../authorizer/testing/granted.ts'

/** A request, and what is answered to whoever may do something of it. There are topics and groups `seen` and `hidden`. */
export interface Row {
  readonly api: Api
  readonly version: number
  readonly request: (idOf: (topic: string) => string) => object
  /** Which of the requests of its API, where there are several. */
  readonly what?: string
  readonly grants: readonly Grant[]
  /** What is answered with these grants, and without any. */
  readonly granted: readonly string[]
  readonly refused: readonly string[]
}

export function row<A extends Api>(
  api: A,
  version: number,
  request: Input<RequestOf<A>> | ((idOf: (topic: string) => string) => Input<RequestOf<A>>),
  of: Omit<Row, 'api' | 'version' | 'request'>,
): Row {
  const make = (request instanceof Function ? request : () => request) as Row['request']
  return { api, version, request: make, ...of }
}

/** Of the two that there are the one that may not be known, and the one that may be. */
export const onEach = <T>(of: (name: string) => T): T[] => ['hidden', 'seen'].map(of)

export const oneOfTwo = (code: number) => ({
  granted: [`hidden ${code}`, 'seen 0'],
  refused: [`hidden ${code}`, `seen ${code}`],
})

export const wholly = (code: number, granted = 0) => ({
  granted: granted === 0 ? [] : [`all ${granted}`],
  refused: [`all ${code}`],
})

export const ofCluster = (operation: string) => [`${operation} cluster kafka-cluster`] as Grant[]

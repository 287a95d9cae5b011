import { apis } from './apis.ts'
import type { Api } from './language.ts'

export const apiByKey: ReadonlyMap<number, Api> = new Map(apis.map((api) => [api.apiKey, api]))

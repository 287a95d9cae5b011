import { expect, it } from 'vitest'
import { untold } from './status-report.ts'

it('of a service of the first build tells what is missing, before anybody reads it', () => {
  const first = {
    ...{ version: '0.1.0', pid: 1, startedAt: '2026-11-23T00:00:00.000Z', dataDirectory: '/data' },
    ...{ endpoint: 'http://127.0.0.1:9081', region: 'us-east-1', accountId: '000000000000' },
    ...{ engine: 'embedded', acceptsAnySignature: false, defaultCluster: 'demo', clusters: [] },
  }
  expect(untold(first)).toBe('console')
  const since = {
    ...{ console: null, local: {}, reach: {}, hosting: 'inline', pace: 'instant', streamLimits: 'on' },
    ...{ notes: [], trust: null },
  }
  expect(untold({ ...first, ...since })).toBeUndefined()
})

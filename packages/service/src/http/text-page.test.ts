import { silentLogger, systemClock } from '@sluice/effects'
import { afterEach, expect, it } from 'vitest'
import { type HttpListener, listen } from './listener.ts'
import { textPage } from './text-page.ts'

let listener: HttpListener | undefined
afterEach(() => listener?.close())

it('shows one page, as it is at the moment, and nothing else', async () => {
  let content = (): Promise<string> => Promise.resolve('up 1\n')
  const effects = { clock: systemClock(), logger: silentLogger }
  listener = await listen(
    textPage('/metrics', () => content()),
    { host: '127.0.0.1', port: 0 },
    effects,
  )
  const at = (path: string, init = {}) => fetch(`http://127.0.0.1:${listener?.port}${path}`, init)
  const shown = await at('/metrics?name=x')
  expect([shown.status, shown.headers.get('content-type'), await shown.text()]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'up 1\n',
  ])
  expect((await at('/')).status).toBe(404)
  expect((await at('/metrics', { method: 'DELETE' })).status).toBe(405)
  content = () => Promise.reject(new Error('a secret of the machine'))
  const failed = await at('/metrics')
  expect([failed.status, await failed.text()]).toEqual([503, 'It cannot be measured at the moment.\n'])
})

import { Api } from './api.ts'
import { code, h } from './dom.ts'
import { type Failure, failureNote } from './failure.ts'
import type { Page } from './page.ts'
import { type Facts, keep } from './session.ts'
import type { Credentials } from './sign.ts'

/** Asks for an access key, and tries it: it stays in the tabs of the console. */
export function signInPage(
  facts: Facts,
  before: Failure | undefined,
  done: (credentials: Credentials) => void,
): Page {
  const problem = h('div', {}, before ? failureNote('You are not signed in', before) : null)
  const input = (name: string, label: string, type: string, more = {}) =>
    h('label', {}, label, h('input', { name, type, autocomplete: 'off', spellcheck: 'false', ...more }))
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const values = Object.fromEntries(new FormData(event.target as HTMLFormElement)) as Record<string, string>
    const text = (name: string) => (values[name] ?? '').trim()
    const credentials = {
      accessKeyId: text('id'),
      secretAccessKey: text('secret'),
      sessionToken: text('token') || undefined,
    }
    try {
      const api = new Api({ credentials, region: facts.region, origin: location.origin })
      await api.call({ service: 'kinesis', operation: 'ListStreams', input: { Limit: 1 } })
    } catch (error) {
      // Whoever may not list streams has shown whose they are all the same.
      if ((error as Failure).code !== 'AccessDeniedException')
        return problem.replaceChildren(failureNote('You are not signed in', error))
    }
    keep(credentials)
    done(credentials)
  }
  const element = h(
    'div',
    { class: 'narrow' },
    h('h1', { tabindex: -1 }, 'Sign in'),
    h('p', {}, 'In the directory of the service this prints a link that signs you in:'),
    code('npx sluice console'),
    h(
      'p',
      {},
      'Or use an access key: the account’s own (',
      h('code', {}, 'npx sluice env'),
      ') or that of a user (',
      h('code', {}, 'npx sluice credentials add --user NAME'),
      '). It stays in the tabs of this page until they are closed; requests are signed here.',
    ),
    problem,
    h(
      'form',
      { onsubmit: (event: SubmitEvent) => void submit(event) },
      input('id', 'Access key ID', 'text', { required: true }),
      input('secret', 'Secret access key', 'password', { required: true }),
      input('token', 'Session token (of temporary keys alone)', 'password'),
      h('button', { class: 'primary' }, 'Sign in'),
    ),
  )
  return { title: 'Sign in', element, end: () => {} }
}

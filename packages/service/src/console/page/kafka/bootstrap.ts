import { type Child, code, h } from '../dom.ts'

const listenerNames: Readonly<Record<string, string>> = {
  CLIENT: 'plaintext',
  CLIENT_SECURE: 'TLS',
  CLIENT_SASL_SCRAM: 'SCRAM',
  CLIENT_IAM: 'IAM',
}

/** `host:port,…` by the names of listeners. */
export function bootstrap(listeners: Readonly<Record<string, string>>): Child {
  const all = Object.entries(listeners)
  if (all.length === 0) return 'none yet'
  return h(
    'details',
    {},
    h('summary', {}, all.map(([name]) => listenerNames[name] ?? name).join(', ')),
    ...all.map(([name, servers]) => h('div', {}, `${listenerNames[name] ?? name}: `, code(servers))),
  )
}

// Signed calls of the MSK API as fast as the server takes them: each is signed once, by the SDK itself, and sent again and
// again over connections that stay, so that what is measured is the server, which verifies every signature anew.
import { request as httpRequest, Agent } from 'node:http'

/** How the SDK would send a command now. */
export async function signed(client, command) {
  const kept = client.config.requestHandler
  let caught
  client.config.requestHandler = {
    handle: async (request) => {
      caught = request
      throw new Error('caught')
    },
  }
  try {
    await client.send(command)
  } catch (error) {
    if (error.message !== 'caught') throw error
  } finally {
    client.config.requestHandler = kept
  }
  const { method, hostname, port, path, query = {}, headers, body } = caught
  const text = new URLSearchParams(query).toString()
  return { method, host: hostname, port, path: text === '' ? path : `${path}?${text}`, headers, body }
}

/** One call; its time in milliseconds, to the last byte of the answer. */
export function call(agent, { body, ...options }) {
  const from = performance.now()
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...options, agent }, (response) => {
      response.on('error', reject)
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - from)
        else reject(new Error(`the endpoint answered ${response.statusCode}`))
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** So many one after the other. */
export async function inTurn(calls, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times = []
  for (let at = 0; at < count; at++) times.push(await call(agent, calls[at % calls.length]))
  agent.destroy()
  return times
}

/** So many a second, whatever the answers take, until `work` is done: its result, and the times of the calls. */
export async function atRate(calls, perSecond, work) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const times = []
  const failures = []
  const from = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - from) / 1_000) * perSecond
    for (; sent < due; sent++)
      call(agent, calls[sent % calls.length]).then(
        (ms) => times.push(ms),
        (error) => failures.push(error),
      )
  }, 2)
  const result = await work()
  clearInterval(timer)
  const seconds = (performance.now() - from) / 1_000
  agent.destroy()
  return { result, times, perSecond: times.length / seconds, failures }
}

// Kinesis over HTTP/1.1 with no more than it takes, so that what is measured is the server: requests are signed here, and what
// is in an answer is looked at only where somebody asks for it.
import { createHash, createHmac } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'

const service = 'kinesis'
const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const hmac = (key, data) => createHmac('sha256', key).update(data).digest()

/** A client of one server; `sockets` calls can be under way at once. */
export class Kinesis {
  #endpoint
  #region
  #credentials
  #agent
  #keys = new Map()

  constructor({ endpoint, region = 'us-east-1', credentials }, sockets = 8) {
    this.#endpoint = new URL(endpoint)
    this.#region = region
    this.#credentials = credentials
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets })
  }

  close() {
    this.#agent.destroy()
  }

  /** By JSON: the answer, decoded. */
  async ask(operation, input) {
    const bytes = await this.send(operation, Buffer.from(JSON.stringify(input)), 'json')
    return bytes.length > 0 ? JSON.parse(bytes) : {}
  }

  /** A body that is made already, in `json` or `cbor`: the bytes of the answer. */
  async send(operation, body, protocol) {
    const response = await this.open(operation, body, protocol)
    const chunks = []
    for await (const chunk of response) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (response.statusCode !== 200)
      throw new Error(`${operation}: ${response.statusCode} ${bytes.toString()}`)
    return bytes
  }

  /** The response as it begins. */
  open(operation, body, protocol) {
    const headers = this.#signed(operation, body, `application/x-amz-${protocol}-1.1`)
    const { hostname: host, port } = this.#endpoint
    return new Promise((resolve, reject) => {
      const request = httpRequest({ method: 'POST', host, port, path: '/', headers, agent: this.#agent })
      request.on('response', resolve).on('error', reject).end(body)
    })
  }

  #signed(operation, body, contentType) {
    const now = new Date().toISOString().replace(/[:-]|\.\d{3}/g, '')
    const day = now.slice(0, 8)
    const { accessKeyId, secretAccessKey } = this.#credentials
    const headers = {
      'content-type': contentType,
      host: this.#endpoint.host,
      'x-amz-date': now,
      'x-amz-target': `Kinesis_20131202.${operation}`,
    }
    const names = Object.keys(headers).join(';')
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
    const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n')
    const scope = `${day}/${this.#region}/${service}/aws4_request`
    const text = ['AWS4-HMAC-SHA256', now, scope, sha256(canonical)].join('\n')
    if (!this.#keys.has(day))
      this.#keys.set(day, [day, this.#region, service, 'aws4_request'].reduce(hmac, `AWS4${secretAccessKey}`))
    const signature = hmac(this.#keys.get(day), text).toString('hex')
    return {
      ...headers,
      'content-length': body.length,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    }
  }
}

/** The payloads of an event stream, as they come. */
export async function* eventsOf(response) {
  let rest = Buffer.alloc(0)
  for await (const chunk of response) {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= rest.readUInt32BE(0)) {
      const [length, headers] = [rest.readUInt32BE(0), rest.readUInt32BE(4)]
      yield rest.subarray(12 + headers, length - 4)
      rest = rest.subarray(length)
    }
  }
}

import type { Clock, Logger, Random } from '@sluice/effects'
import { type HttpHead, type HttpRequest, type HttpResponse, splitTarget } from '../http/message.ts'
import type { Admission, Refusal, Surface, Verdict } from '../http/surface.ts'
import type { Shape } from './codec.ts'
import { AwsException, notImplemented } from './exceptions.ts'
import { cbor11, rpcV2Cbor } from './protocols/cbor.ts'
import { json11 } from './protocols/json-1.1.ts'
import type { Protocol, ServiceProtocol } from './protocols/protocol.ts'
import { query } from './protocols/query.ts'
import { restJson } from './protocols/rest-json.ts'
import type { AwsService } from './service.ts'
import type { Credentials } from '../iam/signature-v4.ts'
import { claimedService, type Signed, SigV4 } from './sigv4.ts'

interface AwsEndpointOptions {
  services: readonly AwsService[]
  clock: Clock
  random: Random
  logger: Logger
  credentials: readonly Credentials[]
  /** Of every ARN, and in the scope that requests are signed for. */
  region: string
  /** For development: any signature, and none, will do. */
  acceptAnySignature: boolean
}

/** The longest request of the MSK model by far is a configuration in base64. */
const requestBytesMax = 1_048_576

/** What AWS speaks. The first that a request looks like is taken; everything looks like the last. */
const protocols: readonly Protocol[] = [rpcV2Cbor, cbor11, json11, query, restJson]

/** A service and the protocol in which a request asks it. */
interface Interlocutor {
  service: AwsService
  protocol: Protocol
  spoken: ServiceProtocol
}

/**
 * One address for all of AWS's services:
 *  1. signature: what is wrong with it is refused before the body is read
 *  2. service: by the scope of the credentials, else by what the head names, in the order of the protocols
 *  3. body: its length, and whether the signature covers it
 *  4. operation, input, handler; answers and exceptions in the protocol of the request
 */
export class AwsEndpoint implements Surface {
  readonly #options: AwsEndpointOptions
  readonly #sigv4 = new SigV4()
  readonly #credentials: ReadonlyMap<string, Credentials>
  readonly #interlocutors: readonly Interlocutor[]

  constructor(options: AwsEndpointOptions) {
    this.#options = options
    this.#credentials = new Map(options.credentials.map((owner) => [owner.accessKeyId, owner]))
    this.#interlocutors = protocols.flatMap((protocol) =>
      options.services
        .filter((service) => service.protocols.includes(protocol.name))
        .map((service) => ({ service, protocol, spoken: protocol.of(service) })),
    )
  }

  admit(head: HttpHead): Verdict {
    const requestId = this.#options.random.uuid()
    return this.#guarded(head, requestId, {
      bodyBytesMax: requestBytesMax,
      answer: (body) => this.#perform({ ...head, body }, requestId),
    })
  }

  refuse(head: HttpHead | null, { status, message }: Refusal): HttpResponse {
    const name = status === 413 ? 'RequestEntityTooLargeException' : 'BadRequestException'
    const exception = new AwsException(name, status, message)
    return (head ? protocolOf(head) : restJson).failure(exception, this.#options.random.uuid())
  }

  /** Lets only those requests through to `beyond` that AWS's operations would be open to. */
  guard(head: HttpHead, beyond: Admission): Verdict {
    return this.#guarded(head, this.#options.random.uuid(), beyond)
  }

  #guarded(head: HttpHead, requestId: string, beyond: Admission): Verdict {
    const { acceptAnySignature, services, region, clock } = this.#options
    const scope = { region, services: services.map(({ signingName }) => signingName) }
    let signed: Signed | undefined
    try {
      if (!acceptAnySignature) signed = this.#sigv4.verify(head, this.#credentials, scope, clock)
    } catch (error) {
      return { refusal: this.#failure(head, requestId, error) }
    }
    const answer = async (body: Buffer) => {
      try {
        signed?.check(body)
        return this.#labelled(head, requestId, await beyond.answer(body))
      } catch (error) {
        return this.#failure(head, requestId, error)
      }
    }
    return { ...beyond, answer }
  }

  async #perform(request: HttpRequest, requestId: string): Promise<HttpResponse> {
    const asked = this.#asked(request)
    const call = asked?.spoken.callOf(request)
    if (!asked || !call)
      throw new AwsException('UnknownOperationException', 404, 'No operation has this method and path.')
    const { operation } = call
    const handler = asked.service.handlers.get(operation.name)
    if (!handler) throw notImplemented(operation.name)
    const output = await handler(call.input() as never, { requestId })
    return asked.spoken.success(operation, (output ?? {}) as Shape, requestId)
  }

  #asked(head: HttpHead): Interlocutor | undefined {
    const isSpoken = ({ protocol }: Interlocutor) => protocol.isSpokenBy(head)
    const claimed = claimedService(head)
    const bySignature = this.#interlocutors.filter(({ service }) => service.signingName === claimed)
    // Who has signed for a service asks no other, whatever else the request says.
    if (bySignature.length > 0) return bySignature.find(isSpoken) ?? bySignature[0]
    return this.#interlocutors.find((each) => isSpoken(each) && each.spoken.isNamedBy(head))
  }

  #failure(head: HttpHead, requestId: string, error: unknown): HttpResponse {
    const { path } = splitTarget(head.target)
    if (!(error instanceof AwsException))
      this.#options.logger.error('a bug stopped an AWS operation', { requestId, path, error })
    const known = error instanceof AwsException ? error : internalError()
    const protocol = this.#asked(head)?.protocol ?? protocolOf(head)
    return this.#labelled(head, requestId, protocol.failure(known, requestId))
  }

  #labelled(head: HttpHead, requestId: string, response: HttpResponse): HttpResponse {
    // Not the query: it may hold a presigned request's token.
    const { path } = splitTarget(head.target)
    this.#options.logger.debug('aws request', {
      requestId,
      method: head.method,
      path,
      status: response.status,
    })
    return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId } }
  }
}

function protocolOf(head: HttpHead): Protocol {
  return protocols.find((protocol) => protocol.isSpokenBy(head)) ?? restJson
}

/** The details of a bug of ours stay in the log. */
function internalError(): AwsException {
  return new AwsException(
    'InternalServerErrorException',
    500,
    'An internal error occurred. The log of the service tells more.',
  )
}

import type { Clock, Logger, Random } from '@sluice/effects'
import { type HttpHead, type HttpRequest, type HttpResponse, splitTarget } from '../http/message.ts'
import type { Admission, Refusal, Surface, Verdict } from '../http/surface.ts'
import type { Shape } from './codec.ts'
import { AwsException, notImplemented } from './exceptions.ts'
import { cbor11, rpcV2Cbor } from './protocols/cbor.ts'
import { json10, json11 } from './protocols/targeted-json.ts'
import type { Protocol, ServiceProtocol } from './protocols/protocol.ts'
import { query } from './protocols/query.ts'
import { restJson } from './protocols/rest-json.ts'
import type { AwsService, OperationContext } from './service.ts'
import type { Identities, KeyOwner } from '../iam/identities.ts'
import { AuditedCall, type AuditEntry } from './audit.ts'
import { accessDenied, Authorization } from './authorization.ts'
import { PageTokens } from './page-tokens.ts'
import { claimedService, type Signed, SigV4 } from './sigv4.ts'

interface AwsEndpointOptions {
  services: readonly AwsService[]
  clock: Clock
  random: Random
  logger: Logger
  /** Whose the keys are, and what their owners may do. */
  identities: Identities
  /** Is told of every call. */
  audit: (entry: AuditEntry) => void
  /** For development: any signature, and none, will do. */
  acceptAnySignature: boolean
}

/** The longest request of the MSK model by far is a configuration in base64. */
const requestBytesMax = 1_048_576
/** Of what is refused before any service is asked; all else is a bad request. */
const refusalNames: Partial<Record<Refusal['status'], string>> = {
  403: 'ForbiddenException',
  413: 'RequestEntityTooLargeException',
}

/** What AWS speaks. The first that a request looks like is taken; everything looks like the last. */
const protocols: readonly Protocol[] = [rpcV2Cbor, cbor11, json11, json10, query, restJson]

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
 *  4. operation, input, what the policies say of the caller, handler; answers and exceptions in the protocol of the request
 */
export class AwsEndpoint implements Surface {
  readonly #options: AwsEndpointOptions
  readonly #sigv4 = new SigV4()
  readonly #authorization: Authorization
  readonly #tokens: PageTokens
  readonly #interlocutors: readonly Interlocutor[]
  readonly #signingNames: readonly string[]

  constructor(options: AwsEndpointOptions) {
    this.#options = options
    this.#authorization = new Authorization(options.identities, options)
    this.#tokens = new PageTokens(options.random)
    this.#signingNames = options.services.map(({ signingName }) => signingName)
    this.#interlocutors = protocols.flatMap((protocol) =>
      options.services
        .filter((service) => service.protocols.includes(protocol.name))
        .map((service) => ({ service, protocol, spoken: protocol.of(service) })),
    )
  }

  admit(head: HttpHead): Verdict {
    const requestId = this.#options.random.uuid()
    const { audit, clock } = this.#options
    const call = new AuditedCall(audit, clock, { requestId, sourceIp: head.remoteAddress })
    return this.#guarded(head, requestId, call, (owner, claimed) => {
      const asked = this.#asked(head, claimed)
      return {
        bodyBytesMax: asked?.service.requestBytesMax ?? requestBytesMax,
        answer: (body, signal) => this.#perform({ ...head, body }, { requestId, owner, signal, asked }, call),
      }
    })
  }

  refuse(head: HttpHead | null, { status, message }: Refusal): HttpResponse {
    const exception = new AwsException(refusalNames[status] ?? 'BadRequestException', status, message)
    return (head ? protocolOf(head) : restJson).failure(exception, this.#options.random.uuid())
  }

  /** Lets only those requests through to `beyond` that are the account's own: what is there is none of AWS's. */
  guard(head: HttpHead, beyond: Admission): Verdict {
    return this.#guarded(head, this.#options.random.uuid(), null, ({ caller }) => {
      const { owner } = this.#options.identities
      if (caller.arn !== owner.caller.arn) throw notTheOwner(caller.arn)
      return beyond
    })
  }

  #guarded(
    head: HttpHead,
    requestId: string,
    call: AuditedCall | null,
    beyondOf: (owner: KeyOwner, claimed: string | undefined) => Admission,
  ): Verdict {
    const { acceptAnySignature, identities, clock } = this.#options
    const failure = (error: unknown) => {
      call?.ended(nameOf(error))
      return this.#failure(head, requestId, error)
    }
    let signed: Signed<KeyOwner> | undefined
    let beyond: Admission
    try {
      if (!acceptAnySignature) signed = this.#sigv4.verify(head, identities, this.#signingNames, clock)
      beyond = signed
        ? beyondOf(signed.owner, signed.service)
        : beyondOf(identities.owner, claimedService(head))
    } catch (error) {
      return { refusal: failure(error) }
    }
    const answer = async (body: Buffer, signal?: AbortSignal) => {
      try {
        signed?.check(body)
        const response = await beyond.answer(body, signal)
        call?.ended(null)
        return this.#labelled(head, requestId, response)
      } catch (error) {
        return failure(error)
      }
    }
    return { ...beyond, answer }
  }

  async #perform(
    request: HttpRequest,
    { asked, ...context }: OperationContext & { asked: Interlocutor | undefined },
    audited: AuditedCall,
  ): Promise<HttpResponse> {
    audited.comesFrom(context.owner)
    const call = asked?.spoken.callOf(request)
    if (!asked || !call)
      throw new AwsException('UnknownOperationException', 404, 'No operation has this method and path.')
    const { operation } = call
    const handler = asked.service.handlers.get(operation.name)
    audited.asks(asked.service.signingName, operation.name)
    if (!handler) throw notImplemented(operation.name)
    const input = this.#withOpenToken(asked.service, operation.name, call.input())
    this.#authorize(asked.service, operation.name, { ...context, input, head: request }, audited)
    const output = ((await handler(input as never, context)) ?? {}) as Shape
    return asked.spoken.success(
      operation,
      this.#withSealedToken(asked.service, operation.name, output),
      context.requestId,
    )
  }

  #withOpenToken(service: AwsService, operation: string, input: Shape): Shape {
    const { NextToken: token } = input
    if (typeof token !== 'string') return input
    const opened = this.#tokens.open(`${service.signingName}:${operation}`, token)
    if (opened === undefined)
      throw service.badToken?.() ?? service.badInput('The parameter nextToken is not valid.', 'nextToken')
    return { ...input, NextToken: opened }
  }

  #withSealedToken({ signingName }: AwsService, operation: string, output: Shape): Shape {
    const { NextToken: token } = output
    if (typeof token !== 'string') return output
    return { ...output, NextToken: this.#tokens.seal(`${signingName}:${operation}`, token) }
  }

  #authorize(
    service: AwsService,
    operation: string,
    { owner, input, head }: { owner: KeyOwner; input: Shape; head: HttpHead },
    audited: AuditedCall,
  ): void {
    const targets = service.targetsOf?.(operation, input) ?? [{ resource: '*' }]
    for (const target of targets) {
      const { action = `${service.signingName}:${operation}` } = target
      const { remoteAddress: sourceIp, isEncrypted = false } = head
      const call = { owner, action, target, input, sourceIp, isEncrypted }
      const authorized = this.#authorization.judge(call)
      audited.judged(target.resource, authorized.decision)
      if (!authorized.decision.isAllowed) throw accessDenied(authorized, service)
    }
  }

  /** `claimed` is the service that the request is signed for. */
  #asked(head: HttpHead, claimed: string | undefined): Interlocutor | undefined {
    const isSpoken = ({ protocol }: Interlocutor) => protocol.isSpokenBy(head)
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
    const protocol = this.#asked(head, claimedService(head))?.protocol ?? protocolOf(head)
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

function notTheOwner(arn: string): AwsException {
  return new AwsException('AccessDeniedException', 403, `This is for the account itself, not for ${arn}.`)
}

function nameOf(error: unknown): string {
  return error instanceof AwsException ? error.name : internalError().name
}

/** The details of a bug of ours stay in the log. */
function internalError(): AwsException {
  return new AwsException(
    'InternalServerErrorException',
    500,
    'An internal error occurred. The log of the service tells more.',
  )
}

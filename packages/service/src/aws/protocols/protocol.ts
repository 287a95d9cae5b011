import type { HttpHead, HttpRequest, HttpResponse } from '../../http/message.ts'
import type { Shape } from '../codec.ts'
import type { AwsException } from '../exceptions.ts'
import type { Operation } from '../schema.ts'
import type { AwsService, ProtocolName } from '../service.ts'

/** One of AWS's ways to put operations into HTTP. */
export interface Protocol {
  name: ProtocolName
  /** Does a request look like it? */
  isSpokenBy: (head: HttpHead) => boolean
  of: (service: AwsService) => ServiceProtocol
  failure: (exception: AwsException, requestId: string) => HttpResponse
}

/** A protocol over the schema of one service. */
export interface ServiceProtocol {
  /** Does the head alone name an operation of this service? */
  isNamedBy: (head: HttpHead) => boolean
  /** Null where the service has no such operation. */
  callOf: (request: HttpRequest) => Call | null
  success: (operation: Operation, output: Shape, requestId: string) => HttpResponse
}

interface Call {
  operation: Operation
  /** Decodes and checks; throws what the service says of a bad input. */
  input: () => Shape
}

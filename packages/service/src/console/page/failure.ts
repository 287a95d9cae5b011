import { h } from './dom.ts'

/** What went wrong, by AWS's name for it, and what to do next. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }

  get next(): string {
    return nextSteps[this.code] ?? `npx sluice explain ${this.code}`
  }

  /** Whoever signs in anew may be let in. */
  get isOfCredentials(): boolean {
    return credentialCodes.includes(this.code)
  }
}

/** So the pages of the service's own refuse everybody else. */
export function isForTheAccount(error: unknown): boolean {
  return error instanceof Failure && error.code === 'AccessDeniedException'
}

const credentialCodes = [
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
]

const nextSteps: Readonly<Record<string, string>> = {
  UNREACHABLE: 'See whether the service still runs: npx sluice status',
  AccessDeniedException:
    'Somebody who keeps iam.json can allow it; `npx sluice iam can WHO ACTION RESOURCE` tells what decides it.',
  ExpiredTokenException: 'Sign in again: npx sluice console prints a link.',
  UnrecognizedClientException: 'Use a key of this service: npx sluice console prints a link that needs none.',
  InvalidSignatureException:
    'Type the secret access key again, and see that the clocks of both machines agree.',
  LINK_NOT_GOOD: 'npx sluice console prints another one.',
  ResourceNotFoundException: 'It may be gone meanwhile: look at its list again.',
  NotFoundException: 'It may be gone meanwhile: look at its list again.',
  BadRequestException: 'Correct what the sentence names, or wait until the cluster is ACTIVE.',
  InternalServerErrorException: 'See how the brokers are: npx sluice status, and npx sluice logs.',
  ResourceInUseException:
    'Wait until it is ACTIVE, then do it again; a name that is taken needs another one.',
  LimitExceededException: 'Wait a little, or ask for less.',
  ThrottlingException: 'Acknowledge some of what is in flight, or wait until its time is over.',
  ProvisionedThroughputExceededException:
    'Wait a second and do it again; more shards take more, and --stream-limits off takes the limits away.',
  ExpiredIteratorException: 'Read again from where you were: iterators last five minutes.',
  InvalidArgumentException: 'Correct what the sentence names.',
  ValidationException: 'Correct what the sentence names.',
}

/** `what` is what was to be done, as a sentence begins: "The stream was not made". */
export function failureNote(what: string, error: unknown): HTMLElement {
  const known = error instanceof Failure ? error : new Failure('BUG', String(error))
  const { code, message, next } = known
  return h(
    'div',
    { class: 'failure', role: 'alert' },
    h('p', {}, h('strong', {}, `${what}.`)),
    h('p', {}, 'Why: ', message, ' (', h('code', {}, code), ')'),
    h('p', {}, 'Next: ', next),
  )
}

/** Why a request is not carried out. */
export interface Refusal {
  kind: 'invalid' | 'not-implemented' | 'name-taken' | 'too-many'
  /** A sentence; for `not-implemented` the thing, as the subject of one. */
  message: string
  /** The request member at fault, as on the wire, where it is one. */
  parameter?: string
}

/** How every call of the fleet comes out that may refuse: what became of it, or why nothing did. */
export type OrRefusal<Result> = Result | { refusal: Refusal }

export function invalid(message: string, parameter: string): Refusal {
  return { kind: 'invalid', message, parameter }
}

export function nameTaken(parameter: string): Refusal {
  return { kind: 'name-taken', message: 'A resource with this name already exists', parameter }
}

export function tooMany(message: string): Refusal {
  return { kind: 'too-many', message }
}

export function unsupportedVersion(version: string, valid: readonly string[], parameter: string): Refusal {
  const next =
    valid.length > 0 ? `Valid values: [${valid.join(', ')}]` : 'There is no later version to move to.'
  return invalid(`Unsupported KafkaVersion [${version}]. ${next}`, parameter)
}

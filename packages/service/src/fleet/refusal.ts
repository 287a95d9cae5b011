/** Why a request is not carried out. */
export interface Refusal {
  kind: 'invalid' | 'not-implemented'
  /** `invalid`: a sentence. `not-implemented`: the thing, as the subject of a sentence. */
  message: string
  /** The request member at fault, as on the wire. */
  parameter: string
}

export function invalid(message: string, parameter: string): Refusal {
  return { kind: 'invalid', message, parameter }
}

export function unsupportedVersion(version: string, valid: readonly string[], parameter: string): Refusal {
  const next =
    valid.length > 0 ? `Valid values: [${valid.join(', ')}]` : 'There is no later version to move to.'
  return invalid(`Unsupported KafkaVersion [${version}]. ${next}`, parameter)
}

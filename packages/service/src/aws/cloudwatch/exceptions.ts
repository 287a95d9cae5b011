import { AwsException } from '../exceptions.ts'

/** The exceptions of CloudWatch's model. */

export function invalidValue(message: string): AwsException {
  return new AwsException('InvalidParameterValueException', 400, message)
}

export function invalidCombination(message: string): AwsException {
  return new AwsException('InvalidParameterCombinationException', 400, message)
}

export function missingParameter(name: string): AwsException {
  const message = `The parameter ${name} must be specified.`
  return new AwsException('MissingRequiredParameterException', 400, message)
}

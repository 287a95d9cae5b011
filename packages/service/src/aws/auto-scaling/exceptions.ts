import { AwsException } from '../exceptions.ts'

/** The exceptions of Application Auto Scaling's model, with the texts that AWS has. */

export function validation(message: string): AwsException {
  return new AwsException('ValidationException', 400, message)
}

export function objectNotFound(message: string): AwsException {
  return new AwsException('ObjectNotFoundException', 400, message)
}

export function invalidNextToken(): AwsException {
  return new AwsException('InvalidNextTokenException', 400, 'The next token is not valid.')
}

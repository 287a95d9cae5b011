import { badRequest, notFound } from './exceptions.ts'

interface Noun {
  /** Before the first slash of its ARNs. */
  type: string
  /** What sentences call it. */
  noun: string
  /** How many parts, each behind a slash, its ARNs have. */
  parts: number
}

/** What an ARN names, or the exception of the model: for what is no such ARN, and for one of nothing. */
export function namedBy<Named>(
  arn = '',
  { type, noun, parts }: Noun,
  parameter: string,
  find: (arn: string) => Named | undefined,
): Named {
  const form = new RegExp(`^arn:[\\w-]+:kafka:[\\w-]*:\\d*:${type}(/[0-9A-Za-z-]+){${parts}}$`)
  if (!form.test(arn)) throw badRequest(`The parameter ${parameter} is not the ARN of a ${noun}.`, parameter)
  const found = find(arn)
  if (!found) throw notFound(`The ${noun} does not exist.`, parameter)
  return found
}

import { invalid, type Refusal } from '../refusal.ts'

/** As MSK says it; the length is the model's. */
export function checkName(name = ''): Refusal | undefined {
  return /^[0-9A-Za-z][0-9A-Za-z-]*$/.test(name)
    ? undefined
    : invalid('The parameter value contains one or more characters that are not valid.', 'clusterName')
}

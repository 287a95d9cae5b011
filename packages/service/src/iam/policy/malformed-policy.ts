/** A policy that is not stored, in AWS's words where AWS has some for it. */
export class MalformedPolicy extends Error {
  override name = 'MalformedPolicy'
}

/** Nobody can be named so. */
export class SubjectError extends Error {
  constructor(attribute: string) {
    super(`"${attribute}" is no attribute of a subject, such as CN=alice`)
  }
}

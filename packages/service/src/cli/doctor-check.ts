/** What `sluice doctor` says of one thing. */
export interface Check {
  subject: string
  /** A note keeps nothing from working; what is bad does. */
  status: 'ok' | 'note' | 'bad'
  what: string
  /** Of all but `ok`. */
  why?: string
  next?: string
}

export function ok(subject: string, what: string): Check {
  return { subject, status: 'ok', what }
}

export function note(subject: string, what: string, why: string, next: string): Check {
  return { subject, status: 'note', what, why, next }
}

export function bad(subject: string, what: string, why: string, next: string): Check {
  return { subject, status: 'bad', what, why, next }
}

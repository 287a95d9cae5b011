import type { Authorizer, Operation, Permissions, ResourceType } from '../permissions.ts'

/** `read topic events`. */
export type Grant = `${Operation} ${ResourceType} ${string}`

/** Whoever comes may do what is on the list, and nothing else. */
export class Granted implements Authorizer, Permissions {
  grants: readonly Grant[] = []
  asked = 0

  permissionsOf(): Permissions {
    return this
  }

  allows(operation: Operation, resource: ResourceType, name: string): boolean {
    this.asked++
    return this.grants.includes(`${operation} ${resource} ${name}`)
  }

  allowsAny(operation: Operation, resource: ResourceType): boolean {
    return this.grants.some((grant) => grant.startsWith(`${operation} ${resource} `))
  }
}

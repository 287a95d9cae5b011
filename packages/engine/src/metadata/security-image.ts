import {
  AccessControlEntryRecord,
  DelegationTokenRecord,
  type MetadataRecord,
  RemoveAccessControlEntryRecord,
  RemoveDelegationTokenRecord,
  RemoveUserScramCredentialRecord,
  UserScramCredentialRecord,
  type ValueOf,
} from '@sluice/wire'
import { AclsImage } from './acls-image.ts'
import { QuotasImage } from './quotas-image.ts'
import { type NewRecord, newRecord } from './records.ts'

/** Who may do what, who can log in and by what, and how much of a broker they may take. */
export class SecurityImage {
  readonly acls = new AclsImage()
  readonly quotas = new QuotasImage()
  readonly #scram = new Map<string, ValueOf<typeof UserScramCredentialRecord>>()
  readonly #tokens = new Map<string, ValueOf<typeof DelegationTokenRecord>>()

  /** False when the record is of another kind. */
  replay(record: MetadataRecord): boolean {
    switch (record.type) {
      case DelegationTokenRecord.recordType:
        this.#tokens.set(record.value.tokenId, record.value)
        return true
      case UserScramCredentialRecord.recordType:
        this.#scram.set(scramKey(record.value), record.value)
        return true
      case AccessControlEntryRecord.recordType:
        this.acls.add(record.value)
        return true
      case RemoveAccessControlEntryRecord.recordType:
        this.acls.remove(record.value.id)
        return true
      case RemoveUserScramCredentialRecord.recordType:
        this.#scram.delete(scramKey(record.value))
        return true
      case RemoveDelegationTokenRecord.recordType:
        this.#tokens.delete(record.value.tokenId)
        return true
      default:
        return false
    }
  }

  /** What is kept of a user for one mechanism of SCRAM. */
  scramCredential(mechanism: number, name: string): ValueOf<typeof UserScramCredentialRecord> | undefined {
    return this.#scram.get(scramKey({ mechanism, name }))
  }

  scramCredentials(): IterableIterator<ValueOf<typeof UserScramCredentialRecord>> {
    return this.#scram.values()
  }

  delegationToken(tokenId: string): ValueOf<typeof DelegationTokenRecord> | undefined {
    return this.#tokens.get(tokenId)
  }

  delegationTokens(): IterableIterator<ValueOf<typeof DelegationTokenRecord>> {
    return this.#tokens.values()
  }

  get delegationTokenCount(): number {
    return this.#tokens.size
  }

  records(): NewRecord[] {
    return [
      ...this.quotas.records(),
      ...[...this.acls.all()].map((acl) => newRecord(AccessControlEntryRecord, acl)),
      ...[...this.#scram.values()].map((credential) => newRecord(UserScramCredentialRecord, credential)),
      ...[...this.#tokens.values()].map((token) => newRecord(DelegationTokenRecord, token)),
    ]
  }
}

function scramKey(credential: { name: string; mechanism: number }): string {
  return `${credential.mechanism}:${credential.name}`
}

import { emptyTable, Identities, type IdentitiesSnapshot } from '../identities.ts'

/** For tests: whose key the account's own is, and whoever there is beside. */
export function testIdentities(given: Partial<IdentitiesSnapshot> = {}): Identities {
  return new Identities({
    partition: 'aws',
    region: 'us-east-1',
    account: '000000000000',
    ownerKey: null,
    keys: [],
    table: emptyTable,
    ...given,
  })
}

import { ClusterAccess } from '../cluster-access.ts'
import { testIdentities } from './identities.ts'

/** For tests of clusters at which nobody logs in by IAM. */
export const noAccess = new ClusterAccess(
  testIdentities(),
  'arn:aws:kafka:us-east-1:000000000000:cluster/test/u-1',
  () => null,
)

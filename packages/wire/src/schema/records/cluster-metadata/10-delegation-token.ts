import { array, field, int64, string, typedRecord } from '../../language.ts'

export const DelegationTokenRecord = typedRecord(
  10,
  'DelegationTokenRecord',
  { versions: '0', flexible: '0+' },
  () => [
    field('owner', string, '0+'),
    field('requester', string, '0+'),
    field('renewers', array(string), '0+'),
    field('issueTimestamp', int64, '0+'),
    field('maxTimestamp', int64, '0+'),
    field('expirationTimestamp', int64, '0+'),
    field('tokenId', string, '0+'),
  ],
)

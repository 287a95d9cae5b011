import { api, bytes, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const DescribeDelegationToken = api(41, 'DescribeDelegationToken', {
  listeners: ['broker', 'controller'],
  request: message('DescribeDelegationTokenRequest', { versions: '1-3', flexible: '2+' }, () => [
    structArray('owners', 'DescribeDelegationTokenOwner', '0+', { nullable: '0+' }, [
      field('principalType', string, '0+'),
      field('principalName', string, '0+'),
    ]),
  ]),
  response: message('DescribeDelegationTokenResponse', { versions: '1-3', flexible: '2+' }, () => [
    field('errorCode', int16, '0+'),
    structArray('tokens', 'DescribedDelegationToken', '0+', [
      field('principalType', string, '0+'),
      field('principalName', string, '0+'),
      field('tokenRequesterPrincipalType', string, '3+'),
      field('tokenRequesterPrincipalName', string, '3+'),
      field('issueTimestamp', int64, '0+'),
      field('expiryTimestamp', int64, '0+'),
      field('maxTimestamp', int64, '0+'),
      field('tokenId', string, '0+'),
      field('hmac', bytes, '0+'),
      structArray('renewers', 'DescribedDelegationTokenRenewer', '0+', [
        field('principalType', string, '0+'),
        field('principalName', string, '0+'),
      ]),
    ]),
    field('throttleTimeMs', int32, '0+'),
  ]),
})

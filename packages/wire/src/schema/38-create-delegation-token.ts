import { api, bytes, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const CreateDelegationToken = api(38, 'CreateDelegationToken', {
  listeners: ['broker', 'controller'],
  forwardable: true,
  request: message('CreateDelegationTokenRequest', { versions: '1-3', flexible: '2+' }, () => [
    field('ownerPrincipalType', string, '3+', { nullable: '3+' }),
    field('ownerPrincipalName', string, '3+', { nullable: '3+' }),
    structArray('renewers', 'CreatableRenewers', '0+', [
      field('principalType', string, '0+'),
      field('principalName', string, '0+'),
    ]),
    field('maxLifetimeMs', int64, '0+'),
  ]),
  response: message('CreateDelegationTokenResponse', { versions: '1-3', flexible: '2+' }, () => [
    field('errorCode', int16, '0+'),
    field('principalType', string, '0+'),
    field('principalName', string, '0+'),
    field('tokenRequesterPrincipalType', string, '3+'),
    field('tokenRequesterPrincipalName', string, '3+'),
    field('issueTimestampMs', int64, '0+'),
    field('expiryTimestampMs', int64, '0+'),
    field('maxTimestampMs', int64, '0+'),
    field('tokenId', string, '0+'),
    field('hmac', bytes, '0+'),
    field('throttleTimeMs', int32, '0+'),
  ]),
})

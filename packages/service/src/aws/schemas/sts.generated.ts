// Written by scripts/generate-aws-schemas.mjs from @aws-sdk/client-sts 3.1177.0 (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const sdkVersion = '3.1177.0'

export const operations = `
AssumeRole POST / 200 AssumeRoleRequest AssumeRoleResponse
AssumeRoleWithSAML POST / 200 AssumeRoleWithSAMLRequest AssumeRoleWithSAMLResponse
AssumeRoleWithWebIdentity POST / 200 AssumeRoleWithWebIdentityRequest AssumeRoleWithWebIdentityResponse
AssumeRoot POST / 200 AssumeRootRequest AssumeRootResponse
DecodeAuthorizationMessage POST / 200 DecodeAuthorizationMessageRequest DecodeAuthorizationMessageResponse
GetAccessKeyInfo POST / 200 GetAccessKeyInfoRequest GetAccessKeyInfoResponse
GetCallerIdentity POST / 200 GetCallerIdentityRequest GetCallerIdentityResponse
GetDelegatedAccessToken POST / 200 GetDelegatedAccessTokenRequest GetDelegatedAccessTokenResponse
GetFederationToken POST / 200 GetFederationTokenRequest GetFederationTokenResponse
GetScopedCredentials POST / 200 GetScopedCredentialsRequest GetScopedCredentialsResponse
GetSessionToken POST / 200 GetSessionTokenRequest GetSessionTokenResponse
GetWebIdentityToken POST / 200 GetWebIdentityTokenRequest GetWebIdentityTokenResponse
`

export const structures = `
AssumeRoleRequest !RoleArn=:string !RoleSessionName=:string PolicyArns=:[PolicyDescriptorType] Policy=:string DurationSeconds=:number Tags=:[Tag] TransitiveTagKeys=:[string] ExternalId=:string SerialNumber=:string TokenCode=:string SourceIdentity=:string ProvidedContexts=:[ProvidedContext] MinimumSessionTokenSize=:number
AssumeRoleResponse Credentials=:Credentials AssumedRoleUser=:AssumedRoleUser PackedPolicySize=:number SourceIdentity=:string SessionTokenUtilization=:number SessionTokenSize=:number
AssumeRoleWithSAMLRequest !RoleArn=:string !PrincipalArn=:string !SAMLAssertion=:string PolicyArns=:[PolicyDescriptorType] Policy=:string DurationSeconds=:number MinimumSessionTokenSize=:number
AssumeRoleWithSAMLResponse Credentials=:Credentials AssumedRoleUser=:AssumedRoleUser PackedPolicySize=:number Subject=:string SubjectType=:string Issuer=:string Audience=:string NameQualifier=:string SourceIdentity=:string SessionTokenUtilization=:number SessionTokenSize=:number TrustedIdentityPropagationContext=:TrustedIdentityPropagationContext
AssumeRoleWithWebIdentityRequest !RoleArn=:string !RoleSessionName=:string !WebIdentityToken=:string ProviderId=:string PolicyArns=:[PolicyDescriptorType] Policy=:string DurationSeconds=:number MinimumSessionTokenSize=:number
AssumeRoleWithWebIdentityResponse Credentials=:Credentials SubjectFromWebIdentityToken=:string AssumedRoleUser=:AssumedRoleUser PackedPolicySize=:number Provider=:string Audience=:string SourceIdentity=:string SessionTokenUtilization=:number SessionTokenSize=:number TrustedIdentityPropagationContext=:TrustedIdentityPropagationContext
AssumeRootRequest !TargetPrincipal=:string !TaskPolicyArn=:PolicyDescriptorType DurationSeconds=:number MinimumSessionTokenSize=:number
AssumeRootResponse Credentials=:Credentials SourceIdentity=:string SessionTokenUtilization=:number SessionTokenSize=:number
AssumedRoleUser !AssumedRoleId=:string !Arn=:string
Credentials !AccessKeyId=:string !SecretAccessKey=:string !SessionToken=:string !Expiration=:timestamp
DecodeAuthorizationMessageRequest !EncodedMessage=:string
DecodeAuthorizationMessageResponse DecodedMessage=:string
ExpiredTokenException <400> message=:string
ExpiredTradeInTokenException <400> message=:string
FederatedUser !FederatedUserId=:string !Arn=:string
GetAccessKeyInfoRequest !AccessKeyId=:string
GetAccessKeyInfoResponse Account=:string
GetCallerIdentityRequest
GetCallerIdentityResponse UserId=:string Account=:string Arn=:string
GetDelegatedAccessTokenRequest !TradeInToken=:string
GetDelegatedAccessTokenResponse Credentials=:Credentials PackedPolicySize=:number AssumedPrincipal=:string
GetFederationTokenRequest !Name=:string Policy=:string PolicyArns=:[PolicyDescriptorType] DurationSeconds=:number Tags=:[Tag] MinimumSessionTokenSize=:number
GetFederationTokenResponse Credentials=:Credentials FederatedUser=:FederatedUser PackedPolicySize=:number SessionTokenUtilization=:number SessionTokenSize=:number
GetScopedCredentialsRequest Policy=:string DurationSeconds=:number MinimumSessionTokenSize=:number ScopedSessionDescription=:string
GetScopedCredentialsResponse Credentials=:Credentials SessionInfo=:ScopedSession SessionTokenUtilization=:number SessionTokenSize=:number ScopedPoliciesCount=:number SourceIdentity=:string
GetSessionTokenRequest DurationSeconds=:number SerialNumber=:string TokenCode=:string MinimumSessionTokenSize=:number
GetSessionTokenResponse Credentials=:Credentials SessionTokenUtilization=:number SessionTokenSize=:number
GetWebIdentityTokenRequest !Audience=:[string] !SigningAlgorithm=:string DurationSeconds=:number Scope=:string SubjectMode=:string Tags=:[Tag]
GetWebIdentityTokenResponse WebIdentityToken=:string Expiration=:timestamp
IDPCommunicationErrorException <400> message=:string
IDPRejectedClaimException <403> message=:string
InsufficientSessionLifetimeException <400> message=:string
InvalidAuthorizationMessageException <400> message=:string
InvalidContextAssertionException <400> message=:string
InvalidIdentityTokenException <400> message=:string
InvalidSubjectCredentialsException <400> message=:string
JWTPayloadSizeExceededException <400> message=:string
MalformedPolicyDocumentException <400> message=:string
OriginIdentity Subject=:string SubjectType=:string Issuer=:string FederatedProviderArn=:string
OutboundWebIdentityFederationDisabledException <403> message=:string
PackedPolicyTooLargeException <400> message=:string
PolicyDescriptorType arn=:string
ProvidedContext ProviderArn=:string ContextAssertion=:string
RegionDisabledException <403> message=:string
ScopedSession !ScopedSessionId=:string !Arn=:string
SessionDurationEscalationException <403> message=:string
Tag !Key=:string !Value=:string
TransactionContext IdentityProvider=:{string}
TrustedIdentityPropagationContext OriginIdentity=:OriginIdentity TransactionContext=:TransactionContext
`

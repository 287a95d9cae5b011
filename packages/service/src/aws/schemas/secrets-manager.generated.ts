// Written by scripts/generate-aws-schemas.mjs from @aws-sdk/client-secrets-manager 3.1164.0 (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const sdkVersion = '3.1164.0'

export const operations = `
BatchGetSecretValue POST / 200 BatchGetSecretValueRequest BatchGetSecretValueResponse
CancelRotateSecret POST / 200 CancelRotateSecretRequest CancelRotateSecretResponse
CreateSecret POST / 200 CreateSecretRequest CreateSecretResponse
DeleteResourcePolicy POST / 200 DeleteResourcePolicyRequest DeleteResourcePolicyResponse
DeleteSecret POST / 200 DeleteSecretRequest DeleteSecretResponse
DescribeSecret POST / 200 DescribeSecretRequest DescribeSecretResponse
GetRandomPassword POST / 200 GetRandomPasswordRequest GetRandomPasswordResponse
GetResourcePolicy POST / 200 GetResourcePolicyRequest GetResourcePolicyResponse
GetSecretValue POST / 200 GetSecretValueRequest GetSecretValueResponse
ListSecretVersionIds POST / 200 ListSecretVersionIdsRequest ListSecretVersionIdsResponse
ListSecrets POST / 200 ListSecretsRequest ListSecretsResponse
PutResourcePolicy POST / 200 PutResourcePolicyRequest PutResourcePolicyResponse
PutSecretValue POST / 200 PutSecretValueRequest PutSecretValueResponse
RemoveRegionsFromReplication POST / 200 RemoveRegionsFromReplicationRequest RemoveRegionsFromReplicationResponse
ReplicateSecretToRegions POST / 200 ReplicateSecretToRegionsRequest ReplicateSecretToRegionsResponse
RestoreSecret POST / 200 RestoreSecretRequest RestoreSecretResponse
RotateSecret POST / 200 RotateSecretRequest RotateSecretResponse
StopReplicationToReplica POST / 200 StopReplicationToReplicaRequest StopReplicationToReplicaResponse
TagResource POST / 200 TagResourceRequest -
UntagResource POST / 200 UntagResourceRequest -
UpdateSecret POST / 200 UpdateSecretRequest UpdateSecretResponse
UpdateSecretVersionStage POST / 200 UpdateSecretVersionStageRequest UpdateSecretVersionStageResponse
ValidateResourcePolicy POST / 200 ValidateResourcePolicyRequest ValidateResourcePolicyResponse
`

export const structures = `
APIErrorType SecretId=:string ErrorCode=:string Message=:string
BatchGetSecretValueRequest SecretIdList=:[string] Filters=:[Filter] MaxResults=:number NextToken=:string
BatchGetSecretValueResponse SecretValues=:[SecretValueEntry] NextToken=:string Errors=:[APIErrorType]
CancelRotateSecretRequest !SecretId=:string
CancelRotateSecretResponse ARN=:string Name=:string VersionId=:string
CreateSecretRequest !Name=:string ClientRequestToken=:string Description=:string KmsKeyId=:string SecretBinary=:blob SecretString=:string Tags=:[Tag] AddReplicaRegions=:[ReplicaRegionType] ForceOverwriteReplicaSecret=:boolean Type=:string
CreateSecretResponse ARN=:string Name=:string VersionId=:string ReplicationStatus=:[ReplicationStatusType]
DecryptionFailure <400> Message=:string
DeleteResourcePolicyRequest !SecretId=:string
DeleteResourcePolicyResponse ARN=:string Name=:string
DeleteSecretRequest !SecretId=:string RecoveryWindowInDays=:number ForceDeleteWithoutRecovery=:boolean
DeleteSecretResponse ARN=:string Name=:string DeletionDate=:timestamp
DescribeSecretRequest !SecretId=:string
DescribeSecretResponse ARN=:string Name=:string Type=:string Description=:string KmsKeyId=:string RotationEnabled=:boolean RotationLambdaARN=:string RotationRules=:RotationRulesType ExternalSecretRotationMetadata=:[ExternalSecretRotationMetadataItem] ExternalSecretRotationRoleArn=:string LastRotatedDate=:timestamp LastChangedDate=:timestamp LastAccessedDate=:timestamp DeletedDate=:timestamp NextRotationDate=:timestamp Tags=:[Tag] VersionIdsToStages=:{[string]} OwningService=:string CreatedDate=:timestamp PrimaryRegion=:string ReplicationStatus=:[ReplicationStatusType]
EncryptionFailure <400> Message=:string
ExternalSecretRotationMetadataItem Key=:string Value=:string
Filter Key=:string Values=:[string]
GetRandomPasswordRequest PasswordLength=:number ExcludeCharacters=:string ExcludeNumbers=:boolean ExcludePunctuation=:boolean ExcludeUppercase=:boolean ExcludeLowercase=:boolean IncludeSpace=:boolean RequireEachIncludedType=:boolean
GetRandomPasswordResponse RandomPassword=:string
GetResourcePolicyRequest !SecretId=:string
GetResourcePolicyResponse ARN=:string Name=:string ResourcePolicy=:string
GetSecretValueRequest !SecretId=:string VersionId=:string VersionStage=:string
GetSecretValueResponse ARN=:string Name=:string VersionId=:string SecretBinary=:blob SecretString=:string VersionStages=:[string] CreatedDate=:timestamp
InternalServiceError <500> Message=:string
InvalidNextTokenException <400> Message=:string
InvalidParameterException <400> Message=:string
InvalidRequestException <400> Message=:string
LimitExceededException <400> Message=:string
ListSecretVersionIdsRequest !SecretId=:string MaxResults=:number NextToken=:string IncludeDeprecated=:boolean
ListSecretVersionIdsResponse Versions=:[SecretVersionsListEntry] NextToken=:string ARN=:string Name=:string
ListSecretsRequest IncludePlannedDeletion=:boolean MaxResults=:number NextToken=:string Filters=:[Filter] SortOrder=:string SortBy=:string
ListSecretsResponse SecretList=:[SecretListEntry] NextToken=:string
MalformedPolicyDocumentException <400> Message=:string
PreconditionNotMetException <400> Message=:string
PublicPolicyException <400> Message=:string
PutResourcePolicyRequest !SecretId=:string !ResourcePolicy=:string BlockPublicPolicy=:boolean
PutResourcePolicyResponse ARN=:string Name=:string
PutSecretValueRequest !SecretId=:string ClientRequestToken=:string SecretBinary=:blob SecretString=:string VersionStages=:[string] RotationToken=:string
PutSecretValueResponse ARN=:string Name=:string VersionId=:string VersionStages=:[string]
RemoveRegionsFromReplicationRequest !SecretId=:string !RemoveReplicaRegions=:[string]
RemoveRegionsFromReplicationResponse ARN=:string ReplicationStatus=:[ReplicationStatusType]
ReplicaRegionType Region=:string KmsKeyId=:string
ReplicateSecretToRegionsRequest !SecretId=:string !AddReplicaRegions=:[ReplicaRegionType] ForceOverwriteReplicaSecret=:boolean
ReplicateSecretToRegionsResponse ARN=:string ReplicationStatus=:[ReplicationStatusType]
ReplicationStatusType Region=:string KmsKeyId=:string Status=:string StatusMessage=:string LastAccessedDate=:timestamp
ResourceExistsException <400> Message=:string
ResourceNotFoundException <400> Message=:string
RestoreSecretRequest !SecretId=:string
RestoreSecretResponse ARN=:string Name=:string
RotateSecretRequest !SecretId=:string ClientRequestToken=:string RotationLambdaARN=:string RotationRules=:RotationRulesType ExternalSecretRotationMetadata=:[ExternalSecretRotationMetadataItem] ExternalSecretRotationRoleArn=:string RotateImmediately=:boolean
RotateSecretResponse ARN=:string Name=:string VersionId=:string
RotationRulesType AutomaticallyAfterDays=:number Duration=:string ScheduleExpression=:string
SecretListEntry ARN=:string Name=:string Type=:string Description=:string KmsKeyId=:string RotationEnabled=:boolean RotationLambdaARN=:string RotationRules=:RotationRulesType ExternalSecretRotationMetadata=:[ExternalSecretRotationMetadataItem] ExternalSecretRotationRoleArn=:string LastRotatedDate=:timestamp LastChangedDate=:timestamp LastAccessedDate=:timestamp DeletedDate=:timestamp NextRotationDate=:timestamp Tags=:[Tag] SecretVersionsToStages=:{[string]} OwningService=:string CreatedDate=:timestamp PrimaryRegion=:string
SecretValueEntry ARN=:string Name=:string VersionId=:string SecretBinary=:blob SecretString=:string VersionStages=:[string] CreatedDate=:timestamp
SecretVersionsListEntry VersionId=:string VersionStages=:[string] LastAccessedDate=:timestamp CreatedDate=:timestamp KmsKeyIds=:[string]
StopReplicationToReplicaRequest !SecretId=:string
StopReplicationToReplicaResponse ARN=:string
Tag Key=:string Value=:string
TagResourceRequest !SecretId=:string !Tags=:[Tag]
UntagResourceRequest !SecretId=:string !TagKeys=:[string]
UpdateSecretRequest !SecretId=:string ClientRequestToken=:string Description=:string KmsKeyId=:string SecretBinary=:blob SecretString=:string Type=:string
UpdateSecretResponse ARN=:string Name=:string VersionId=:string
UpdateSecretVersionStageRequest !SecretId=:string !VersionStage=:string RemoveFromVersionId=:string MoveToVersionId=:string
UpdateSecretVersionStageResponse ARN=:string Name=:string
ValidateResourcePolicyRequest !ResourcePolicy=:string SecretId=:string
ValidateResourcePolicyResponse PolicyValidationPassed=:boolean ValidationErrors=:[ValidationErrorsEntry]
ValidationErrorsEntry CheckName=:string ErrorMessage=:string
`

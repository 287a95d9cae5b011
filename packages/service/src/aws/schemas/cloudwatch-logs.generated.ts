// Written by scripts/generate-aws-schemas.mjs from @aws-sdk/client-cloudwatch-logs 3.1169.0 (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const sdkVersion = '3.1169.0'

export const operations = `
AssociateKmsKey POST / 200 AssociateKmsKeyRequest -
AssociateSourceToS3TableIntegration POST / 200 AssociateSourceToS3TableIntegrationRequest AssociateSourceToS3TableIntegrationResponse
CancelExportTask POST / 200 CancelExportTaskRequest -
CancelImportTask POST / 200 CancelImportTaskRequest CancelImportTaskResponse
CreateDelivery POST / 200 CreateDeliveryRequest CreateDeliveryResponse
CreateExportTask POST / 200 CreateExportTaskRequest CreateExportTaskResponse
CreateImportTask POST / 200 CreateImportTaskRequest CreateImportTaskResponse
CreateLogAnomalyDetector POST / 200 CreateLogAnomalyDetectorRequest CreateLogAnomalyDetectorResponse
CreateLogGroup POST / 200 CreateLogGroupRequest -
CreateLogStream POST / 200 CreateLogStreamRequest -
CreateLookupTable POST / 200 CreateLookupTableRequest CreateLookupTableResponse
CreateScheduledQuery POST / 200 CreateScheduledQueryRequest CreateScheduledQueryResponse
DeleteAccountPolicy POST / 200 DeleteAccountPolicyRequest DeleteAccountPolicyResponse
DeleteDataProtectionPolicy POST / 200 DeleteDataProtectionPolicyRequest -
DeleteDelivery POST / 200 DeleteDeliveryRequest -
DeleteDeliveryDestination POST / 200 DeleteDeliveryDestinationRequest -
DeleteDeliveryDestinationPolicy POST / 200 DeleteDeliveryDestinationPolicyRequest -
DeleteDeliverySource POST / 200 DeleteDeliverySourceRequest -
DeleteDestination POST / 200 DeleteDestinationRequest -
DeleteIndexPolicy POST / 200 DeleteIndexPolicyRequest DeleteIndexPolicyResponse
DeleteIntegration POST / 200 DeleteIntegrationRequest DeleteIntegrationResponse
DeleteLogAnomalyDetector POST / 200 DeleteLogAnomalyDetectorRequest -
DeleteLogGroup POST / 200 DeleteLogGroupRequest -
DeleteLogStream POST / 200 DeleteLogStreamRequest -
DeleteLookupTable POST / 200 DeleteLookupTableRequest -
DeleteMetricFilter POST / 200 DeleteMetricFilterRequest -
DeleteQueryDefinition POST / 200 DeleteQueryDefinitionRequest DeleteQueryDefinitionResponse
DeleteResourcePolicy POST / 200 DeleteResourcePolicyRequest -
DeleteRetentionPolicy POST / 200 DeleteRetentionPolicyRequest -
DeleteScheduledQuery POST / 200 DeleteScheduledQueryRequest DeleteScheduledQueryResponse
DeleteSubscriptionFilter POST / 200 DeleteSubscriptionFilterRequest -
DeleteSyslogConfiguration POST / 200 DeleteSyslogConfigurationRequest -
DeleteTransformer POST / 200 DeleteTransformerRequest -
DescribeAccountPolicies POST / 200 DescribeAccountPoliciesRequest DescribeAccountPoliciesResponse
DescribeConfigurationTemplates POST / 200 DescribeConfigurationTemplatesRequest DescribeConfigurationTemplatesResponse
DescribeDeliveries POST / 200 DescribeDeliveriesRequest DescribeDeliveriesResponse
DescribeDeliveryDestinations POST / 200 DescribeDeliveryDestinationsRequest DescribeDeliveryDestinationsResponse
DescribeDeliverySources POST / 200 DescribeDeliverySourcesRequest DescribeDeliverySourcesResponse
DescribeDestinations POST / 200 DescribeDestinationsRequest DescribeDestinationsResponse
DescribeExportTasks POST / 200 DescribeExportTasksRequest DescribeExportTasksResponse
DescribeFieldIndexes POST / 200 DescribeFieldIndexesRequest DescribeFieldIndexesResponse
DescribeImportTaskBatches POST / 200 DescribeImportTaskBatchesRequest DescribeImportTaskBatchesResponse
DescribeImportTasks POST / 200 DescribeImportTasksRequest DescribeImportTasksResponse
DescribeIndexPolicies POST / 200 DescribeIndexPoliciesRequest DescribeIndexPoliciesResponse
DescribeLogGroups POST / 200 DescribeLogGroupsRequest DescribeLogGroupsResponse
DescribeLogStreams POST / 200 DescribeLogStreamsRequest DescribeLogStreamsResponse
DescribeLookupTables POST / 200 DescribeLookupTablesRequest DescribeLookupTablesResponse
DescribeMetricFilters POST / 200 DescribeMetricFiltersRequest DescribeMetricFiltersResponse
DescribeQueries POST / 200 DescribeQueriesRequest DescribeQueriesResponse
DescribeQueryDefinitions POST / 200 DescribeQueryDefinitionsRequest DescribeQueryDefinitionsResponse
DescribeResourcePolicies POST / 200 DescribeResourcePoliciesRequest DescribeResourcePoliciesResponse
DescribeSubscriptionFilters POST / 200 DescribeSubscriptionFiltersRequest DescribeSubscriptionFiltersResponse
DisassociateKmsKey POST / 200 DisassociateKmsKeyRequest -
DisassociateSourceFromS3TableIntegration POST / 200 DisassociateSourceFromS3TableIntegrationRequest DisassociateSourceFromS3TableIntegrationResponse
FilterLogEvents POST / 200 FilterLogEventsRequest FilterLogEventsResponse
GetDataProtectionPolicy POST / 200 GetDataProtectionPolicyRequest GetDataProtectionPolicyResponse
GetDelivery POST / 200 GetDeliveryRequest GetDeliveryResponse
GetDeliveryDestination POST / 200 GetDeliveryDestinationRequest GetDeliveryDestinationResponse
GetDeliveryDestinationPolicy POST / 200 GetDeliveryDestinationPolicyRequest GetDeliveryDestinationPolicyResponse
GetDeliverySource POST / 200 GetDeliverySourceRequest GetDeliverySourceResponse
GetIntegration POST / 200 GetIntegrationRequest GetIntegrationResponse
GetLogAnomalyDetector POST / 200 GetLogAnomalyDetectorRequest GetLogAnomalyDetectorResponse
GetLogEvents POST / 200 GetLogEventsRequest GetLogEventsResponse
GetLogFields POST / 200 GetLogFieldsRequest GetLogFieldsResponse
GetLogGroupFields POST / 200 GetLogGroupFieldsRequest GetLogGroupFieldsResponse
GetLogObject POST / 200 GetLogObjectRequest GetLogObjectResponse
GetLogRecord POST / 200 GetLogRecordRequest GetLogRecordResponse
GetLookupTable POST / 200 GetLookupTableRequest GetLookupTableResponse
GetQueryResults POST / 200 GetQueryResultsRequest GetQueryResultsResponse
GetScheduledQuery POST / 200 GetScheduledQueryRequest GetScheduledQueryResponse
GetScheduledQueryHistory POST / 200 GetScheduledQueryHistoryRequest GetScheduledQueryHistoryResponse
GetStorageTierPolicy POST / 200 GetStorageTierPolicyRequest GetStorageTierPolicyResponse
GetTransformer POST / 200 GetTransformerRequest GetTransformerResponse
ListAggregateLogGroupSummaries POST / 200 ListAggregateLogGroupSummariesRequest ListAggregateLogGroupSummariesResponse
ListAnomalies POST / 200 ListAnomaliesRequest ListAnomaliesResponse
ListIntegrations POST / 200 ListIntegrationsRequest ListIntegrationsResponse
ListLogAnomalyDetectors POST / 200 ListLogAnomalyDetectorsRequest ListLogAnomalyDetectorsResponse
ListLogGroups POST / 200 ListLogGroupsRequest ListLogGroupsResponse
ListLogGroupsForQuery POST / 200 ListLogGroupsForQueryRequest ListLogGroupsForQueryResponse
ListScheduledQueries POST / 200 ListScheduledQueriesRequest ListScheduledQueriesResponse
ListSourcesForS3TableIntegration POST / 200 ListSourcesForS3TableIntegrationRequest ListSourcesForS3TableIntegrationResponse
ListSyslogConfigurations POST / 200 ListSyslogConfigurationsRequest ListSyslogConfigurationsResponse
ListTagsForResource POST / 200 ListTagsForResourceRequest ListTagsForResourceResponse
ListTagsLogGroup POST / 200 ListTagsLogGroupRequest ListTagsLogGroupResponse
PutAccountPolicy POST / 200 PutAccountPolicyRequest PutAccountPolicyResponse
PutBearerTokenAuthentication POST / 200 PutBearerTokenAuthenticationRequest -
PutDataProtectionPolicy POST / 200 PutDataProtectionPolicyRequest PutDataProtectionPolicyResponse
PutDeliveryDestination POST / 200 PutDeliveryDestinationRequest PutDeliveryDestinationResponse
PutDeliveryDestinationPolicy POST / 200 PutDeliveryDestinationPolicyRequest PutDeliveryDestinationPolicyResponse
PutDeliverySource POST / 200 PutDeliverySourceRequest PutDeliverySourceResponse
PutDestination POST / 200 PutDestinationRequest PutDestinationResponse
PutDestinationPolicy POST / 200 PutDestinationPolicyRequest -
PutIndexPolicy POST / 200 PutIndexPolicyRequest PutIndexPolicyResponse
PutIntegration POST / 200 PutIntegrationRequest PutIntegrationResponse
PutLogEvents POST / 200 PutLogEventsRequest PutLogEventsResponse
PutLogGroupDeletionProtection POST / 200 PutLogGroupDeletionProtectionRequest -
PutMetricFilter POST / 200 PutMetricFilterRequest -
PutQueryDefinition POST / 200 PutQueryDefinitionRequest PutQueryDefinitionResponse
PutResourcePolicy POST / 200 PutResourcePolicyRequest PutResourcePolicyResponse
PutRetentionPolicy POST / 200 PutRetentionPolicyRequest -
PutStorageTierPolicy POST / 200 PutStorageTierPolicyRequest PutStorageTierPolicyResponse
PutSubscriptionFilter POST / 200 PutSubscriptionFilterRequest -
PutSyslogConfiguration POST / 200 PutSyslogConfigurationRequest -
PutTransformer POST / 200 PutTransformerRequest -
StartLiveTail POST / 200 StartLiveTailRequest StartLiveTailResponse
StartQuery POST / 200 StartQueryRequest StartQueryResponse
StopQuery POST / 200 StopQueryRequest StopQueryResponse
TagLogGroup POST / 200 TagLogGroupRequest -
TagResource POST / 200 TagResourceRequest -
TestMetricFilter POST / 200 TestMetricFilterRequest TestMetricFilterResponse
TestTransformer POST / 200 TestTransformerRequest TestTransformerResponse
UntagLogGroup POST / 200 UntagLogGroupRequest -
UntagResource POST / 200 UntagResourceRequest -
UpdateAnomaly POST / 200 UpdateAnomalyRequest -
UpdateDeliveryConfiguration POST / 200 UpdateDeliveryConfigurationRequest UpdateDeliveryConfigurationResponse
UpdateLogAnomalyDetector POST / 200 UpdateLogAnomalyDetectorRequest -
UpdateLookupTable POST / 200 UpdateLookupTableRequest UpdateLookupTableResponse
UpdateScheduledQuery POST / 200 UpdateScheduledQueryRequest UpdateScheduledQueryResponse
`

export const structures = `
AccessDeniedException <400> message=:string
AccountPolicy policyName=:string policyDocument=:string lastUpdatedTime=:number policyType=:string scope=:string selectionCriteria=:string accountId=:string
AddKeyEntry !key=:string !value=:string overwriteIfExists=:boolean
AddKeys !entries=:[AddKeyEntry]
AggregateLogGroupSummary logGroupCount=:number groupingIdentifiers=:[GroupingIdentifier]
Anomaly !anomalyId=:string !patternId=:string !anomalyDetectorArn=:string !patternString=:string !firstSeen=:number !lastSeen=:number !description=:string !active=:boolean !state=:string !histogram=:{number} !logSamples=:[LogEvent] !patternTokens=:[PatternToken] !logGroupArnList=:[string] patternRegex=:string priority=:string suppressed=:boolean suppressedDate=:number suppressedUntil=:number isPatternLevelSuppression=:boolean
AnomalyDetector anomalyDetectorArn=:string detectorName=:string logGroupArnList=:[string] evaluationFrequency=:string filterPattern=:string anomalyDetectorStatus=:string kmsKeyId=:string creationTimeStamp=:number lastModifiedTimeStamp=:number anomalyVisibilityTime=:number
AssociateKmsKeyRequest !kmsKeyId=:string logGroupName=:string resourceIdentifier=:string
AssociateSourceToS3TableIntegrationRequest !integrationArn=:string !dataSource=:DataSource
AssociateSourceToS3TableIntegrationResponse identifier=:string
CSV quoteCharacter=:string delimiter=:string columns=:[string] source=:string destination=:string
CancelExportTaskRequest !taskId=:string
CancelImportTaskRequest !importId=:string
CancelImportTaskResponse importId=:string importStatistics=:ImportStatistics importStatus=:string creationTime=:number lastUpdatedTime=:number
ConfigurationTemplate service=:string logType=:string resourceType=:string deliveryDestinationType=:string defaultDeliveryConfigValues=:ConfigurationTemplateDeliveryConfigValues allowedFields=:[RecordField] allowedOutputFormats=:[string] allowedActionForAllowVendedLogsDeliveryForResource=:string allowedFieldDelimiters=:[string] allowedSuffixPathFields=:[string] deliverySourceConfiguration=:[DeliverySourceConfigurationSchema] s3TablesIntegration=:S3TablesIntegration
ConfigurationTemplateDeliveryConfigValues recordFields=:[string] fieldDelimiter=:string s3DeliveryConfiguration=:S3DeliveryConfiguration
ConflictException <400> message=:string
CopyValue !entries=:[CopyValueEntry]
CopyValueEntry !source=:string !target=:string overwriteIfExists=:boolean
CreateDeliveryRequest !deliverySourceName=:string !deliveryDestinationArn=:string recordFields=:[string] fieldDelimiter=:string s3DeliveryConfiguration=:S3DeliveryConfiguration tags=:{string}
CreateDeliveryResponse delivery=:Delivery
CreateExportTaskRequest !logGroupName=:string !from=:number !to=:number !destination=:string taskName=:string logStreamNamePrefix=:string destinationPrefix=:string
CreateExportTaskResponse taskId=:string
CreateImportTaskRequest !importSourceArn=:string !importRoleArn=:string importFilter=:ImportFilter
CreateImportTaskResponse importId=:string importDestinationArn=:string creationTime=:number
CreateLogAnomalyDetectorRequest !logGroupArnList=:[string] detectorName=:string evaluationFrequency=:string filterPattern=:string kmsKeyId=:string anomalyVisibilityTime=:number tags=:{string}
CreateLogAnomalyDetectorResponse anomalyDetectorArn=:string
CreateLogGroupRequest !logGroupName=:string kmsKeyId=:string tags=:{string} logGroupClass=:string deletionProtectionEnabled=:boolean
CreateLogStreamRequest !logGroupName=:string !logStreamName=:string
CreateLookupTableRequest !lookupTableName=:string description=:string tableBody=:string queryId=:string kmsKeyId=:string tags=:{string}
CreateLookupTableResponse lookupTableArn=:string createdAt=:number
CreateScheduledQueryRequest !name=:string !queryLanguage=:string !queryString=:string !scheduleExpression=:string !executionRoleArn=:string description=:string logGroupIdentifiers=:[string] timezone=:string startTimeOffset=:number endTimeOffset=:number destinationConfiguration=:DestinationConfiguration scheduleStartTime=:number scheduleEndTime=:number state=:string tags=:{string}
CreateScheduledQueryResponse scheduledQueryArn=:string state=:string
DataAlreadyAcceptedException <400> expectedSequenceToken=:string message=:string
DataSource !name=:string type=:string
DataSourceFilter !name=:string type=:string
DateTimeConverter !source=:string !target=:string !matchPatterns=:[string] targetFormat=:string sourceTimezone=:string targetTimezone=:string locale=:string
DeleteAccountPolicyRequest !policyName=:string !policyType=:string dryRun=:boolean
DeleteAccountPolicyResponse dryRunResult=:DryRunResult
DeleteDataProtectionPolicyRequest !logGroupIdentifier=:string
DeleteDeliveryDestinationPolicyRequest !deliveryDestinationName=:string
DeleteDeliveryDestinationRequest !name=:string
DeleteDeliveryRequest !id=:string
DeleteDeliverySourceRequest !name=:string
DeleteDestinationRequest !destinationName=:string
DeleteIndexPolicyRequest !logGroupIdentifier=:string
DeleteIndexPolicyResponse
DeleteIntegrationRequest !integrationName=:string force=:boolean
DeleteIntegrationResponse
DeleteKeys !withKeys=:[string]
DeleteLogAnomalyDetectorRequest !anomalyDetectorArn=:string
DeleteLogGroupRequest !logGroupName=:string
DeleteLogStreamRequest !logGroupName=:string !logStreamName=:string
DeleteLookupTableRequest !lookupTableArn=:string
DeleteMetricFilterRequest !logGroupName=:string !filterName=:string
DeleteQueryDefinitionRequest !queryDefinitionId=:string
DeleteQueryDefinitionResponse success=:boolean
DeleteResourcePolicyRequest policyName=:string resourceArn=:string expectedRevisionId=:string
DeleteRetentionPolicyRequest !logGroupName=:string
DeleteScheduledQueryRequest !identifier=:string
DeleteScheduledQueryResponse
DeleteSubscriptionFilterRequest !logGroupName=:string !filterName=:string
DeleteSyslogConfigurationRequest !logGroupIdentifier=:string vpcEndpointId=:string
DeleteTransformerRequest !logGroupIdentifier=:string
Delivery id=:string arn=:string deliverySourceName=:string deliveryDestinationArn=:string deliveryDestinationType=:string recordFields=:[string] fieldDelimiter=:string s3DeliveryConfiguration=:S3DeliveryConfiguration tags=:{string}
DeliveryDestination name=:string arn=:string deliveryDestinationType=:string outputFormat=:string deliveryDestinationConfiguration=:DeliveryDestinationConfiguration roleArn=:string tags=:{string}
DeliveryDestinationConfiguration !destinationResourceArn=:string
DeliverySource name=:string arn=:string resourceArns=:[string] service=:string logType=:string tags=:{string} deliverySourceConfiguration=:{string} status=:string statusReason=:string
DeliverySourceConfigurationSchema !keyName=:string !valueType=:string !defaultValue=:string supportedValues=:[string] minValue=:number maxValue=:number
DescribeAccountPoliciesRequest !policyType=:string policyName=:string accountIdentifiers=:[string] nextToken=:string
DescribeAccountPoliciesResponse accountPolicies=:[AccountPolicy] nextToken=:string
DescribeConfigurationTemplatesRequest service=:string logTypes=:[string] resourceTypes=:[string] deliveryDestinationTypes=:[string] nextToken=:string limit=:number
DescribeConfigurationTemplatesResponse configurationTemplates=:[ConfigurationTemplate] nextToken=:string
DescribeDeliveriesRequest nextToken=:string limit=:number deliverySourceNames=:[string]
DescribeDeliveriesResponse deliveries=:[Delivery] nextToken=:string
DescribeDeliveryDestinationsRequest nextToken=:string limit=:number names=:[string]
DescribeDeliveryDestinationsResponse deliveryDestinations=:[DeliveryDestination] nextToken=:string
DescribeDeliverySourcesRequest nextToken=:string limit=:number resourceArns=:[string]
DescribeDeliverySourcesResponse deliverySources=:[DeliverySource] nextToken=:string
DescribeDestinationsRequest DestinationNamePrefix=:string nextToken=:string limit=:number
DescribeDestinationsResponse destinations=:[Destination] nextToken=:string
DescribeExportTasksRequest taskId=:string statusCode=:string nextToken=:string limit=:number
DescribeExportTasksResponse exportTasks=:[ExportTask] nextToken=:string
DescribeFieldIndexesRequest !logGroupIdentifiers=:[string] indexCategories=:[string] nextToken=:string
DescribeFieldIndexesResponse fieldIndexes=:[FieldIndex] nextToken=:string
DescribeImportTaskBatchesRequest !importId=:string batchImportStatus=:[string] limit=:number nextToken=:string
DescribeImportTaskBatchesResponse importSourceArn=:string importId=:string importBatches=:[ImportBatch] nextToken=:string
DescribeImportTasksRequest importId=:string importStatus=:string importSourceArn=:string limit=:number nextToken=:string
DescribeImportTasksResponse imports=:[Import] nextToken=:string
DescribeIndexPoliciesRequest !logGroupIdentifiers=:[string] nextToken=:string
DescribeIndexPoliciesResponse indexPolicies=:[IndexPolicy] nextToken=:string
DescribeLogGroupsRequest accountIdentifiers=:[string] logGroupNamePrefix=:string logGroupNamePattern=:string nextToken=:string limit=:number includeLinkedAccounts=:boolean logGroupClass=:string logGroupIdentifiers=:[string]
DescribeLogGroupsResponse logGroups=:[LogGroup] nextToken=:string
DescribeLogStreamsRequest logGroupName=:string logGroupIdentifier=:string logStreamNamePrefix=:string orderBy=:string descending=:boolean nextToken=:string limit=:number
DescribeLogStreamsResponse logStreams=:[LogStream] nextToken=:string
DescribeLookupTablesRequest lookupTableNamePrefix=:string maxResults=:number nextToken=:string
DescribeLookupTablesResponse lookupTables=:[LookupTable] nextToken=:string
DescribeMetricFiltersRequest logGroupName=:string filterNamePrefix=:string nextToken=:string limit=:number metricName=:string metricNamespace=:string
DescribeMetricFiltersResponse metricFilters=:[MetricFilter] nextToken=:string
DescribeQueriesRequest logGroupName=:string status=:string maxResults=:number nextToken=:string queryLanguage=:string
DescribeQueriesResponse queries=:[QueryInfo] nextToken=:string
DescribeQueryDefinitionsRequest queryLanguage=:string queryDefinitionNamePrefix=:string maxResults=:number nextToken=:string
DescribeQueryDefinitionsResponse queryDefinitions=:[QueryDefinition] nextToken=:string
DescribeResourcePoliciesRequest nextToken=:string limit=:number resourceArn=:string policyScope=:string
DescribeResourcePoliciesResponse resourcePolicies=:[ResourcePolicy] nextToken=:string
DescribeSubscriptionFiltersRequest !logGroupName=:string filterNamePrefix=:string nextToken=:string limit=:number
DescribeSubscriptionFiltersResponse subscriptionFilters=:[SubscriptionFilter] nextToken=:string
Destination destinationName=:string targetArn=:string roleArn=:string accessPolicy=:string arn=:string creationTime=:number
DestinationConfiguration s3Configuration=:S3Configuration lookupTableConfiguration=:LookupTableConfiguration
DisassociateKmsKeyRequest logGroupName=:string resourceIdentifier=:string
DisassociateSourceFromS3TableIntegrationRequest !identifier=:string
DisassociateSourceFromS3TableIntegrationResponse identifier=:string
DryRunResult totalMatchedLogGroups=:number increasedRetentionLogGroupCount=:number decreasedRetentionLogGroupCount=:number unchangedRetentionLogGroupCount=:number failedAnalysisCount=:number topLogGroupsImpacted=:[LogGroupImpact]
Entity keyAttributes=:{string} attributes=:{string}
ExportTask taskId=:string taskName=:string logGroupName=:string from=:number to=:number destination=:string destinationPrefix=:string status=:ExportTaskStatus executionInfo=:ExportTaskExecutionInfo
ExportTaskExecutionInfo creationTime=:number completionTime=:number
ExportTaskStatus code=:string message=:string
FieldIndex logGroupIdentifier=:string fieldIndexName=:string lastScanTime=:number firstEventTime=:number lastEventTime=:number type=:string indexCategory=:string
FieldsData data=:blob
FilterLogEventsRequest logGroupName=:string logGroupIdentifier=:string logStreamNames=:[string] logStreamNamePrefix=:string startTime=:number endTime=:number filterPattern=:string nextToken=:string limit=:number startFromHead=:boolean interleaved=:boolean unmask=:boolean
FilterLogEventsResponse events=:[FilteredLogEvent] searchedLogStreams=:[SearchedLogStream] nextToken=:string
FilteredLogEvent logStreamName=:string timestamp=:number message=:string ingestionTime=:number eventId=:string
GetDataProtectionPolicyRequest !logGroupIdentifier=:string
GetDataProtectionPolicyResponse logGroupIdentifier=:string policyDocument=:string lastUpdatedTime=:number
GetDeliveryDestinationPolicyRequest !deliveryDestinationName=:string
GetDeliveryDestinationPolicyResponse policy=:Policy
GetDeliveryDestinationRequest !name=:string
GetDeliveryDestinationResponse deliveryDestination=:DeliveryDestination
GetDeliveryRequest !id=:string
GetDeliveryResponse delivery=:Delivery
GetDeliverySourceRequest !name=:string
GetDeliverySourceResponse deliverySource=:DeliverySource
GetIntegrationRequest !integrationName=:string
GetIntegrationResponse integrationName=:string integrationType=:string integrationStatus=:string integrationDetails=:IntegrationDetails
GetLogAnomalyDetectorRequest !anomalyDetectorArn=:string
GetLogAnomalyDetectorResponse detectorName=:string logGroupArnList=:[string] evaluationFrequency=:string filterPattern=:string anomalyDetectorStatus=:string kmsKeyId=:string creationTimeStamp=:number lastModifiedTimeStamp=:number anomalyVisibilityTime=:number
GetLogEventsRequest !logStreamName=:string logGroupName=:string logGroupIdentifier=:string startTime=:number endTime=:number nextToken=:string limit=:number startFromHead=:boolean unmask=:boolean
GetLogEventsResponse events=:[OutputLogEvent] nextForwardToken=:string nextBackwardToken=:string
GetLogFieldsRequest !dataSourceName=:string !dataSourceType=:string
GetLogFieldsResponse logFields=:[LogFieldsListItem]
GetLogGroupFieldsRequest logGroupName=:string time=:number logGroupIdentifier=:string
GetLogGroupFieldsResponse logGroupFields=:[LogGroupField]
GetLogObjectRequest !logObjectPointer=:string unmask=:boolean
GetLogObjectResponse fieldStream=:GetLogObjectResponseStream
GetLogObjectResponseStream fields=:FieldsData InternalStreamingException=:InternalStreamingException
GetLogRecordRequest !logRecordPointer=:string unmask=:boolean
GetLogRecordResponse logRecord=:{string}
GetLookupTableRequest !lookupTableArn=:string
GetLookupTableResponse lookupTableArn=:string lookupTableName=:string description=:string tableBody=:string sizeBytes=:number lastUpdatedTime=:number kmsKeyId=:string
GetQueryResultsRequest !queryId=:string nextToken=:string maxItems=:number
GetQueryResultsResponse queryLanguage=:string results=:[[ResultField]] statistics=:QueryStatistics status=:string encryptionKey=:string nextToken=:string
GetScheduledQueryHistoryRequest !identifier=:string !startTime=:number !endTime=:number executionStatuses=:[string] maxResults=:number nextToken=:string
GetScheduledQueryHistoryResponse name=:string scheduledQueryArn=:string triggerHistory=:[TriggerHistoryRecord] nextToken=:string
GetScheduledQueryRequest !identifier=:string
GetScheduledQueryResponse scheduledQueryArn=:string name=:string description=:string queryLanguage=:string queryString=:string logGroupIdentifiers=:[string] scheduleExpression=:string timezone=:string startTimeOffset=:number endTimeOffset=:number destinationConfiguration=:DestinationConfiguration state=:string scheduleType=:string lastTriggeredTime=:number lastExecutionStatus=:string scheduleStartTime=:number scheduleEndTime=:number executionRoleArn=:string creationTime=:number lastUpdatedTime=:number
GetStorageTierPolicyRequest
GetStorageTierPolicyResponse storageTier=:string lastUpdatedTime=:number
GetTransformerRequest !logGroupIdentifier=:string
GetTransformerResponse logGroupIdentifier=:string creationTime=:number lastModifiedTime=:number transformerConfig=:[Processor]
Grok !match=:string source=:string
GroupingIdentifier key=:string value=:string
Import importId=:string importSourceArn=:string importStatus=:string importDestinationArn=:string importStatistics=:ImportStatistics importFilter=:ImportFilter creationTime=:number lastUpdatedTime=:number errorMessage=:string
ImportBatch !batchId=:string !status=:string errorMessage=:string
ImportFilter startEventTime=:number endEventTime=:number
ImportStatistics bytesImported=:number
IndexPolicy logGroupIdentifier=:string lastUpdateTime=:number policyDocument=:string policyName=:string source=:string
InputLogEvent !timestamp=:number !message=:string
IntegrationDetails openSearchIntegrationDetails=:OpenSearchIntegrationDetails
IntegrationSummary integrationName=:string integrationType=:string integrationStatus=:string
InternalServerException <500> message=:string
InternalStreamingException <400> message=:string
InvalidOperationException <400> message=:string
InvalidParameterException <400> message=:string
InvalidSequenceTokenException <400> expectedSequenceToken=:string message=:string
LimitExceededException <400> message=:string
ListAggregateLogGroupSummariesRequest !groupBy=:string accountIdentifiers=:[string] includeLinkedAccounts=:boolean logGroupClass=:string logGroupNamePattern=:string dataSources=:[DataSourceFilter] nextToken=:string limit=:number
ListAggregateLogGroupSummariesResponse aggregateLogGroupSummaries=:[AggregateLogGroupSummary] nextToken=:string
ListAnomaliesRequest anomalyDetectorArn=:string suppressionState=:string limit=:number nextToken=:string
ListAnomaliesResponse anomalies=:[Anomaly] nextToken=:string
ListIntegrationsRequest integrationNamePrefix=:string integrationType=:string integrationStatus=:string
ListIntegrationsResponse integrationSummaries=:[IntegrationSummary]
ListLogAnomalyDetectorsRequest filterLogGroupArn=:string limit=:number nextToken=:string
ListLogAnomalyDetectorsResponse anomalyDetectors=:[AnomalyDetector] nextToken=:string
ListLogGroupsForQueryRequest !queryId=:string nextToken=:string maxResults=:number
ListLogGroupsForQueryResponse logGroupIdentifiers=:[string] nextToken=:string
ListLogGroupsRequest logGroupNamePattern=:string logGroupClass=:string includeLinkedAccounts=:boolean accountIdentifiers=:[string] nextToken=:string limit=:number dataSources=:[DataSourceFilter] fieldIndexNames=:[string] logGroupTags=:[TagFilter]
ListLogGroupsResponse logGroups=:[LogGroupSummary] nextToken=:string
ListScheduledQueriesRequest maxResults=:number nextToken=:string state=:string scheduleType=:string
ListScheduledQueriesResponse nextToken=:string scheduledQueries=:[ScheduledQuerySummary]
ListSourcesForS3TableIntegrationRequest !integrationArn=:string maxResults=:number nextToken=:string
ListSourcesForS3TableIntegrationResponse sources=:[S3TableIntegrationSource] nextToken=:string
ListSyslogConfigurationsRequest logGroupIdentifier=:string vpcEndpointId=:string nextToken=:string maxResults=:number
ListSyslogConfigurationsResponse syslogConfigurations=:[SyslogConfiguration] nextToken=:string
ListTagsForResourceRequest !resourceArn=:string
ListTagsForResourceResponse tags=:{string}
ListTagsLogGroupRequest !logGroupName=:string
ListTagsLogGroupResponse tags=:{string}
ListToMap !source=:string !key=:string valueKey=:string target=:string flatten=:boolean flattenedElement=:string
LiveTailSessionLogEvent logStreamName=:string logGroupIdentifier=:string message=:string timestamp=:number ingestionTime=:number
LiveTailSessionMetadata sampled=:boolean
LiveTailSessionStart requestId=:string sessionId=:string logGroupIdentifiers=:[string] logStreamNames=:[string] logStreamNamePrefixes=:[string] logEventFilterPattern=:string
LiveTailSessionUpdate sessionMetadata=:LiveTailSessionMetadata sessionResults=:[LiveTailSessionLogEvent]
LogEvent timestamp=:number message=:string
LogFieldType type=:string element=:LogFieldType fields=:[LogFieldsListItem]
LogFieldsListItem logFieldName=:string logFieldType=:LogFieldType
LogGroup logGroupName=:string creationTime=:number retentionInDays=:number metricFilterCount=:number arn=:string storedBytes=:number kmsKeyId=:string dataProtectionStatus=:string inheritedProperties=:[string] logGroupClass=:string logGroupArn=:string deletionProtectionEnabled=:boolean bearerTokenAuthenticationEnabled=:boolean retentionPolicyName=:string
LogGroupField name=:string percent=:number
LogGroupImpact logGroupName=:string currentRetention=:string proposedRetention=:string storedBytes=:number
LogGroupSummary logGroupName=:string logGroupArn=:string logGroupClass=:string
LogStream logStreamName=:string creationTime=:number firstEventTimestamp=:number lastEventTimestamp=:number lastIngestionTime=:number uploadSequenceToken=:string arn=:string storedBytes=:number
LookupTable lookupTableArn=:string lookupTableName=:string description=:string tableFields=:[string] recordsCount=:number sizeBytes=:number lastUpdatedTime=:number kmsKeyId=:string
LookupTableConfiguration !tableName=:string !roleArn=:string description=:string kmsKeyId=:string tags=:{string}
LowerCaseString !withKeys=:[string]
MalformedQueryException <400> queryCompileError=:QueryCompileError message=:string
MetricFilter filterName=:string filterPattern=:string metricTransformations=:[MetricTransformation] creationTime=:number logGroupName=:string applyOnTransformedLogs=:boolean fieldSelectionCriteria=:string emitSystemFieldDimensions=:[string]
MetricFilterMatchRecord eventNumber=:number eventMessage=:string extractedValues=:{string}
MetricTransformation !metricName=:string !metricNamespace=:string !metricValue=:string defaultValue=:number dimensions=:{string} unit=:string
MoveKeyEntry !source=:string !target=:string overwriteIfExists=:boolean
MoveKeys !entries=:[MoveKeyEntry]
OpenSearchApplication applicationEndpoint=:string applicationArn=:string applicationId=:string status=:OpenSearchResourceStatus
OpenSearchCollection collectionEndpoint=:string collectionArn=:string status=:OpenSearchResourceStatus
OpenSearchDataAccessPolicy policyName=:string status=:OpenSearchResourceStatus
OpenSearchDataSource dataSourceName=:string status=:OpenSearchResourceStatus
OpenSearchEncryptionPolicy policyName=:string status=:OpenSearchResourceStatus
OpenSearchIntegrationDetails dataSource=:OpenSearchDataSource application=:OpenSearchApplication collection=:OpenSearchCollection workspace=:OpenSearchWorkspace encryptionPolicy=:OpenSearchEncryptionPolicy networkPolicy=:OpenSearchNetworkPolicy accessPolicy=:OpenSearchDataAccessPolicy lifecyclePolicy=:OpenSearchLifecyclePolicy
OpenSearchLifecyclePolicy policyName=:string status=:OpenSearchResourceStatus
OpenSearchNetworkPolicy policyName=:string status=:OpenSearchResourceStatus
OpenSearchResourceConfig !dataSourceRoleArn=:string !dashboardViewerPrincipals=:[string] !retentionDays=:number kmsKeyArn=:string applicationArn=:string
OpenSearchResourceStatus status=:string statusMessage=:string
OpenSearchWorkspace workspaceId=:string status=:OpenSearchResourceStatus
OperationAbortedException <400> message=:string
OutputLogEvent timestamp=:number message=:string ingestionTime=:number
ParseCloudfront source=:string
ParseJSON source=:string destination=:string
ParseKeyValue source=:string destination=:string fieldDelimiter=:string keyValueDelimiter=:string keyPrefix=:string nonMatchValue=:string overwriteIfExists=:boolean
ParsePostgres source=:string
ParseRoute53 source=:string
ParseToOCSF !eventSource=:string !ocsfVersion=:string source=:string mappingVersion=:string
ParseVPC source=:string
ParseWAF source=:string
PatternToken dynamicTokenPosition=:number isDynamic=:boolean tokenString=:string enumerations=:{number} inferredTokenName=:string
Policy deliveryDestinationPolicy=:string
Processor addKeys=:AddKeys copyValue=:CopyValue csv=:CSV dateTimeConverter=:DateTimeConverter deleteKeys=:DeleteKeys grok=:Grok listToMap=:ListToMap lowerCaseString=:LowerCaseString moveKeys=:MoveKeys parseCloudfront=:ParseCloudfront parseJSON=:ParseJSON parseKeyValue=:ParseKeyValue parseRoute53=:ParseRoute53 parseToOCSF=:ParseToOCSF parsePostgres=:ParsePostgres parseVPC=:ParseVPC parseWAF=:ParseWAF renameKeys=:RenameKeys splitString=:SplitString substituteString=:SubstituteString trimString=:TrimString typeConverter=:TypeConverter upperCaseString=:UpperCaseString
PutAccountPolicyRequest !policyName=:string !policyDocument=:string !policyType=:string scope=:string selectionCriteria=:string dryRun=:boolean
PutAccountPolicyResponse accountPolicy=:AccountPolicy dryRunResult=:DryRunResult
PutBearerTokenAuthenticationRequest !logGroupIdentifier=:string !bearerTokenAuthenticationEnabled=:boolean
PutDataProtectionPolicyRequest !logGroupIdentifier=:string !policyDocument=:string
PutDataProtectionPolicyResponse logGroupIdentifier=:string policyDocument=:string lastUpdatedTime=:number
PutDeliveryDestinationPolicyRequest !deliveryDestinationName=:string !deliveryDestinationPolicy=:string
PutDeliveryDestinationPolicyResponse policy=:Policy
PutDeliveryDestinationRequest !name=:string outputFormat=:string deliveryDestinationConfiguration=:DeliveryDestinationConfiguration deliveryDestinationType=:string roleArn=:string tags=:{string}
PutDeliveryDestinationResponse deliveryDestination=:DeliveryDestination
PutDeliverySourceRequest !name=:string !resourceArn=:string !logType=:string tags=:{string} deliverySourceConfiguration=:{string}
PutDeliverySourceResponse deliverySource=:DeliverySource
PutDestinationPolicyRequest !destinationName=:string !accessPolicy=:string forceUpdate=:boolean
PutDestinationRequest !destinationName=:string !targetArn=:string !roleArn=:string tags=:{string}
PutDestinationResponse destination=:Destination
PutIndexPolicyRequest !logGroupIdentifier=:string !policyDocument=:string
PutIndexPolicyResponse indexPolicy=:IndexPolicy
PutIntegrationRequest !integrationName=:string !resourceConfig=:ResourceConfig !integrationType=:string
PutIntegrationResponse integrationName=:string integrationStatus=:string
PutLogEventsRequest !logGroupName=:string !logStreamName=:string !logEvents=:[InputLogEvent] sequenceToken=:string entity=:Entity
PutLogEventsResponse nextSequenceToken=:string rejectedLogEventsInfo=:RejectedLogEventsInfo rejectedEntityInfo=:RejectedEntityInfo
PutLogGroupDeletionProtectionRequest !logGroupIdentifier=:string !deletionProtectionEnabled=:boolean
PutMetricFilterRequest !logGroupName=:string !filterName=:string !filterPattern=:string !metricTransformations=:[MetricTransformation] applyOnTransformedLogs=:boolean fieldSelectionCriteria=:string emitSystemFieldDimensions=:[string]
PutQueryDefinitionRequest !name=:string !queryString=:string queryLanguage=:string queryDefinitionId=:string logGroupNames=:[string] clientToken=:string parameters=:[QueryParameter]
PutQueryDefinitionResponse queryDefinitionId=:string
PutResourcePolicyRequest policyName=:string policyDocument=:string resourceArn=:string expectedRevisionId=:string
PutResourcePolicyResponse resourcePolicy=:ResourcePolicy revisionId=:string
PutRetentionPolicyRequest !logGroupName=:string !retentionInDays=:number
PutStorageTierPolicyRequest !storageTier=:string
PutStorageTierPolicyResponse storageTier=:string lastUpdatedTime=:number
PutSubscriptionFilterRequest !logGroupName=:string !filterName=:string !filterPattern=:string !destinationArn=:string roleArn=:string distribution=:string applyOnTransformedLogs=:boolean fieldSelectionCriteria=:string emitSystemFields=:[string]
PutSyslogConfigurationRequest !logGroupIdentifier=:string vpcEndpointId=:string
PutTransformerRequest !logGroupIdentifier=:string !transformerConfig=:[Processor]
QueryCompileError location=:QueryCompileErrorLocation message=:string
QueryCompileErrorLocation startCharOffset=:number endCharOffset=:number
QueryDefinition queryLanguage=:string queryDefinitionId=:string name=:string queryString=:string lastModified=:number logGroupNames=:[string] parameters=:[QueryParameter]
QueryInfo queryLanguage=:string queryId=:string queryString=:string status=:string createTime=:number logGroupName=:string queryDuration=:number bytesScanned=:number userIdentity=:string
QueryParameter !name=:string defaultValue=:string description=:string
QueryStatistics recordsMatched=:number recordsScanned=:number estimatedRecordsSkipped=:number bytesScanned=:number estimatedBytesSkipped=:number logGroupsScanned=:number resultCount=:number
RecordField name=:string mandatory=:boolean
RejectedEntityInfo !errorType=:string
RejectedLogEventsInfo tooNewLogEventStartIndex=:number tooOldLogEventEndIndex=:number expiredLogEventEndIndex=:number
RenameKeyEntry !key=:string !renameTo=:string overwriteIfExists=:boolean
RenameKeys !entries=:[RenameKeyEntry]
ResourceAlreadyExistsException <400> message=:string
ResourceConfig openSearchResourceConfig=:OpenSearchResourceConfig
ResourceNotFoundException <400> message=:string
ResourcePolicy policyName=:string policyDocument=:string lastUpdatedTime=:number policyScope=:string resourceArn=:string revisionId=:string
ResultField field=:string value=:string
S3Configuration !destinationIdentifier=:string !roleArn=:string ownerAccountId=:string kmsKeyId=:string
S3DeliveryConfiguration suffixPath=:string enableHiveCompatiblePath=:boolean
S3TableIntegrationSource identifier=:string dataSource=:DataSource status=:string statusReason=:string createdTimeStamp=:number parentSourceIdentifier=:string
S3TablesIntegration datasourceName=:string datasourceType=:string
ScheduledQueryDestination destinationType=:string destinationIdentifier=:string status=:string processedIdentifier=:string errorMessage=:string
ScheduledQuerySummary scheduledQueryArn=:string name=:string state=:string scheduleType=:string lastTriggeredTime=:number lastExecutionStatus=:string scheduleExpression=:string timezone=:string destinationConfiguration=:DestinationConfiguration creationTime=:number lastUpdatedTime=:number
SearchedLogStream logStreamName=:string searchedCompletely=:boolean
ServiceQuotaExceededException <400> message=:string
ServiceUnavailableException <500> message=:string
SessionStreamingException <400> message=:string
SessionTimeoutException <400> message=:string
SplitString !entries=:[SplitStringEntry]
SplitStringEntry !source=:string !delimiter=:string
StartLiveTailRequest !logGroupIdentifiers=:[string] logStreamNames=:[string] logStreamNamePrefixes=:[string] logEventFilterPattern=:string
StartLiveTailResponse responseStream=:StartLiveTailResponseStream
StartLiveTailResponseStream sessionStart=:LiveTailSessionStart sessionUpdate=:LiveTailSessionUpdate SessionTimeoutException=:SessionTimeoutException SessionStreamingException=:SessionStreamingException
StartQueryRequest !startTime=:number !endTime=:number !queryString=:string queryLanguage=:string logGroupName=:string logGroupNames=:[string] logGroupIdentifiers=:[string] limit=:number
StartQueryResponse queryId=:string
StopQueryRequest !queryId=:string
StopQueryResponse success=:boolean
SubscriptionFilter filterName=:string logGroupName=:string filterPattern=:string destinationArn=:string roleArn=:string distribution=:string applyOnTransformedLogs=:boolean creationTime=:number fieldSelectionCriteria=:string emitSystemFields=:[string]
SubstituteString !entries=:[SubstituteStringEntry]
SubstituteStringEntry !source=:string !from=:string !to=:string
SuppressionPeriod value=:number suppressionUnit=:string
SyslogConfiguration logGroupArn=:string sourceType=:string vpcEndpointId=:string createdAt=:number
TagFilter !key=:string values=:[string]
TagLogGroupRequest !logGroupName=:string !tags=:{string}
TagResourceRequest !resourceArn=:string !tags=:{string}
TestMetricFilterRequest !filterPattern=:string !logEventMessages=:[string]
TestMetricFilterResponse matches=:[MetricFilterMatchRecord]
TestTransformerRequest !transformerConfig=:[Processor] !logEventMessages=:[string]
TestTransformerResponse transformedLogs=:[TransformedLogRecord]
ThrottlingException <400> message=:string
TooManyTagsException <400> message=:string resourceName=:string
TransformedLogRecord eventNumber=:number eventMessage=:string transformedEventMessage=:string
TriggerHistoryRecord queryId=:string executionStatus=:string triggeredTimestamp=:number errorMessage=:string destinations=:[ScheduledQueryDestination]
TrimString !withKeys=:[string]
TypeConverter !entries=:[TypeConverterEntry]
TypeConverterEntry !key=:string !type=:string
UnrecognizedClientException <400> message=:string
UntagLogGroupRequest !logGroupName=:string !tags=:[string]
UntagResourceRequest !resourceArn=:string !tagKeys=:[string]
UpdateAnomalyRequest !anomalyDetectorArn=:string anomalyId=:string patternId=:string suppressionType=:string suppressionPeriod=:SuppressionPeriod baseline=:boolean
UpdateDeliveryConfigurationRequest !id=:string recordFields=:[string] fieldDelimiter=:string s3DeliveryConfiguration=:S3DeliveryConfiguration
UpdateDeliveryConfigurationResponse
UpdateLogAnomalyDetectorRequest !anomalyDetectorArn=:string !enabled=:boolean evaluationFrequency=:string filterPattern=:string anomalyVisibilityTime=:number
UpdateLookupTableRequest !lookupTableArn=:string description=:string tableBody=:string queryId=:string kmsKeyId=:string
UpdateLookupTableResponse lookupTableArn=:string lastUpdatedTime=:number
UpdateScheduledQueryRequest !identifier=:string !queryLanguage=:string !queryString=:string !scheduleExpression=:string !executionRoleArn=:string description=:string logGroupIdentifiers=:[string] timezone=:string startTimeOffset=:number endTimeOffset=:number destinationConfiguration=:DestinationConfiguration scheduleStartTime=:number scheduleEndTime=:number state=:string
UpdateScheduledQueryResponse scheduledQueryArn=:string name=:string description=:string queryLanguage=:string queryString=:string logGroupIdentifiers=:[string] scheduleExpression=:string timezone=:string startTimeOffset=:number endTimeOffset=:number destinationConfiguration=:DestinationConfiguration state=:string scheduleType=:string lastTriggeredTime=:number lastExecutionStatus=:string scheduleStartTime=:number scheduleEndTime=:number executionRoleArn=:string creationTime=:number lastUpdatedTime=:number
UpperCaseString !withKeys=:[string]
ValidationException <400> message=:string
`

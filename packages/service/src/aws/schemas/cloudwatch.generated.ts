// Written by scripts/generate-aws-schemas.mjs from @aws-sdk/client-cloudwatch 3.1164.0 (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const sdkVersion = '3.1164.0'

export const operations = `
AssociateDatasetKmsKey POST / 200 AssociateDatasetKmsKeyInput AssociateDatasetKmsKeyOutput
CreateResourceMetricsConfiguration POST / 200 CreateResourceMetricsConfigurationInput CreateResourceMetricsConfigurationOutput
DeleteAlarmMuteRule POST / 200 DeleteAlarmMuteRuleInput -
DeleteAlarms POST / 200 DeleteAlarmsInput -
DeleteAnomalyDetector POST / 200 DeleteAnomalyDetectorInput DeleteAnomalyDetectorOutput
DeleteDashboards POST / 200 DeleteDashboardsInput DeleteDashboardsOutput
DeleteInsightRules POST / 200 DeleteInsightRulesInput DeleteInsightRulesOutput
DeleteMetricStream POST / 200 DeleteMetricStreamInput DeleteMetricStreamOutput
DeleteResourceMetricsConfiguration POST / 200 DeleteResourceMetricsConfigurationInput DeleteResourceMetricsConfigurationOutput
DescribeAlarmContributors POST / 200 DescribeAlarmContributorsInput DescribeAlarmContributorsOutput
DescribeAlarmHistory POST / 200 DescribeAlarmHistoryInput DescribeAlarmHistoryOutput
DescribeAlarms POST / 200 DescribeAlarmsInput DescribeAlarmsOutput
DescribeAlarmsForMetric POST / 200 DescribeAlarmsForMetricInput DescribeAlarmsForMetricOutput
DescribeAnomalyDetectors POST / 200 DescribeAnomalyDetectorsInput DescribeAnomalyDetectorsOutput
DescribeInsightRules POST / 200 DescribeInsightRulesInput DescribeInsightRulesOutput
DisableAlarmActions POST / 200 DisableAlarmActionsInput -
DisableInsightRules POST / 200 DisableInsightRulesInput DisableInsightRulesOutput
DisassociateDatasetKmsKey POST / 200 DisassociateDatasetKmsKeyInput DisassociateDatasetKmsKeyOutput
EnableAlarmActions POST / 200 EnableAlarmActionsInput -
EnableInsightRules POST / 200 EnableInsightRulesInput EnableInsightRulesOutput
GetAlarmMuteRule POST / 200 GetAlarmMuteRuleInput GetAlarmMuteRuleOutput
GetDashboard POST / 200 GetDashboardInput GetDashboardOutput
GetDataset POST / 200 GetDatasetInput GetDatasetOutput
GetInsightRuleReport POST / 200 GetInsightRuleReportInput GetInsightRuleReportOutput
GetMetricData POST / 200 GetMetricDataInput GetMetricDataOutput
GetMetricStatistics POST / 200 GetMetricStatisticsInput GetMetricStatisticsOutput
GetMetricStream POST / 200 GetMetricStreamInput GetMetricStreamOutput
GetMetricWidgetImage POST / 200 GetMetricWidgetImageInput GetMetricWidgetImageOutput
GetOTelEnrichment POST / 200 GetOTelEnrichmentInput GetOTelEnrichmentOutput
GetResourceMetricsConfiguration POST / 200 GetResourceMetricsConfigurationInput GetResourceMetricsConfigurationOutput
ListAlarmMuteRules POST / 200 ListAlarmMuteRulesInput ListAlarmMuteRulesOutput
ListDashboards POST / 200 ListDashboardsInput ListDashboardsOutput
ListManagedInsightRules POST / 200 ListManagedInsightRulesInput ListManagedInsightRulesOutput
ListMetricStreams POST / 200 ListMetricStreamsInput ListMetricStreamsOutput
ListMetrics POST / 200 ListMetricsInput ListMetricsOutput
ListTagsForResource POST / 200 ListTagsForResourceInput ListTagsForResourceOutput
PutAlarmMuteRule POST / 200 PutAlarmMuteRuleInput -
PutAnomalyDetector POST / 200 PutAnomalyDetectorInput PutAnomalyDetectorOutput
PutCompositeAlarm POST / 200 PutCompositeAlarmInput -
PutDashboard POST / 200 PutDashboardInput PutDashboardOutput
PutInsightRule POST / 200 PutInsightRuleInput PutInsightRuleOutput
PutLogAlarm POST / 200 PutLogAlarmInput -
PutManagedInsightRules POST / 200 PutManagedInsightRulesInput PutManagedInsightRulesOutput
PutMetricAlarm POST / 200 PutMetricAlarmInput -
PutMetricData POST / 200 PutMetricDataInput -
PutMetricStream POST / 200 PutMetricStreamInput PutMetricStreamOutput
SetAlarmState POST / 200 SetAlarmStateInput -
StartMetricStreams POST / 200 StartMetricStreamsInput StartMetricStreamsOutput
StartOTelEnrichment POST / 200 StartOTelEnrichmentInput StartOTelEnrichmentOutput
StopMetricStreams POST / 200 StopMetricStreamsInput StopMetricStreamsOutput
StopOTelEnrichment POST / 200 StopOTelEnrichmentInput StopOTelEnrichmentOutput
TagResource POST / 200 TagResourceInput TagResourceOutput
UntagResource POST / 200 UntagResourceInput UntagResourceOutput
UpdateOTelEnrichment POST / 200 UpdateOTelEnrichmentInput UpdateOTelEnrichmentOutput
UpdateResourceMetricsConfiguration POST / 200 UpdateResourceMetricsConfigurationInput UpdateResourceMetricsConfigurationOutput
`

export const structures = `
ActionConfiguration AlarmTagsPropagation=:AlarmTagsPropagation
AlarmContributor !ContributorId=:string !ContributorAttributes=:{string} !StateReason=:string StateTransitionedTimestamp=:timestamp
AlarmHistoryItem AlarmName=:string AlarmContributorId=:string AlarmType=:string Timestamp=:timestamp HistoryItemType=:string HistorySummary=:string HistoryData=:string AlarmContributorAttributes=:{string}
AlarmMuteRuleSummary AlarmMuteRuleArn=:string ExpireDate=:timestamp Status=:string MuteType=:string LastUpdatedTimestamp=:timestamp
AlarmPromQLCriteria !Query=:string PendingPeriod=:number RecoveryPeriod=:number
AlarmTagsPropagation !Enabled=:boolean IncludedTagKeys=:[string] ExcludedTagKeys=:[string]
AnomalyDetector AnomalyDetectorId=:string Namespace=:string MetricName=:string Dimensions=:[Dimension] Stat=:string Configuration=:AnomalyDetectorConfiguration StateValue=:string MetricCharacteristics=:MetricCharacteristics SingleMetricAnomalyDetector=:SingleMetricAnomalyDetector MetricMathAnomalyDetector=:MetricMathAnomalyDetector
AnomalyDetectorConfiguration ExcludedTimeRanges=:[Range] MetricTimezone=:string AdaptationSpeed=:string OutlierFilteringStrength=:string
AssociateDatasetKmsKeyInput !DatasetIdentifier=:string !KmsKeyArn=:string
AssociateDatasetKmsKeyOutput
CompositeAlarm ActionsEnabled=:boolean AlarmActions=:[string] AlarmArn=:string AlarmConfigurationUpdatedTimestamp=:timestamp AlarmDescription=:string AlarmName=:string AlarmRule=:string InsufficientDataActions=:[string] OKActions=:[string] StateReason=:string StateReasonData=:string StateUpdatedTimestamp=:timestamp StateValue=:string StateTransitionedTimestamp=:timestamp ActionsSuppressedBy=:string ActionsSuppressedReason=:string ActionsSuppressor=:string ActionsSuppressorWaitPeriod=:number ActionsSuppressorExtensionPeriod=:number ActionConfiguration=:ActionConfiguration
ConcurrentModificationException <429> Message=:string
ConflictException <409> Message=:string
CreateResourceMetricsConfigurationInput !ResourceArn=:string MetricSelections=:[ResourceMetricSelection]
CreateResourceMetricsConfigurationOutput !ResourceMetricsConfiguration=:ResourceMetricsConfiguration
DashboardEntry DashboardName=:string DashboardArn=:string LastModified=:timestamp Size=:number
DashboardInvalidInputError <400> message=:string dashboardValidationMessages=:[DashboardValidationMessage]
DashboardNotFoundError <404> message=:string
DashboardValidationMessage DataPath=:string Message=:string
Datapoint Timestamp=:timestamp SampleCount=:number Average=:number Sum=:number Minimum=:number Maximum=:number Unit=:string ExtendedStatistics=:{number}
DeleteAlarmMuteRuleInput !AlarmMuteRuleName=:string
DeleteAlarmsInput !AlarmNames=:[string]
DeleteAnomalyDetectorInput AnomalyDetectorId=:string Namespace=:string MetricName=:string Dimensions=:[Dimension] Stat=:string SingleMetricAnomalyDetector=:SingleMetricAnomalyDetector MetricMathAnomalyDetector=:MetricMathAnomalyDetector
DeleteAnomalyDetectorOutput
DeleteDashboardsInput !DashboardNames=:[string]
DeleteDashboardsOutput
DeleteInsightRulesInput !RuleNames=:[string]
DeleteInsightRulesOutput Failures=:[PartialFailure]
DeleteMetricStreamInput !Name=:string
DeleteMetricStreamOutput
DeleteResourceMetricsConfigurationInput !ResourceArn=:string
DeleteResourceMetricsConfigurationOutput
DescribeAlarmContributorsInput !AlarmName=:string NextToken=:string
DescribeAlarmContributorsOutput !AlarmContributors=:[AlarmContributor] NextToken=:string
DescribeAlarmHistoryInput AlarmName=:string AlarmContributorId=:string AlarmTypes=:[string] HistoryItemType=:string StartDate=:timestamp EndDate=:timestamp MaxRecords=:number NextToken=:string ScanBy=:string
DescribeAlarmHistoryOutput AlarmHistoryItems=:[AlarmHistoryItem] NextToken=:string
DescribeAlarmsForMetricInput !MetricName=:string !Namespace=:string Statistic=:string ExtendedStatistic=:string Dimensions=:[Dimension] Period=:number Unit=:string
DescribeAlarmsForMetricOutput MetricAlarms=:[MetricAlarm]
DescribeAlarmsInput AlarmNames=:[string] AlarmNamePrefix=:string AlarmTypes=:[string] ChildrenOfAlarmName=:string ParentsOfAlarmName=:string StateValue=:string ActionPrefix=:string MaxRecords=:number NextToken=:string
DescribeAlarmsOutput CompositeAlarms=:[CompositeAlarm] MetricAlarms=:[MetricAlarm] LogAlarms=:[LogAlarm] NextToken=:string
DescribeAnomalyDetectorsInput AnomalyDetectorIds=:[string] NextToken=:string MaxResults=:number Namespace=:string MetricName=:string Dimensions=:[Dimension] AnomalyDetectorTypes=:[string]
DescribeAnomalyDetectorsOutput AnomalyDetectors=:[AnomalyDetector] NextToken=:string
DescribeInsightRulesInput NextToken=:string MaxResults=:number
DescribeInsightRulesOutput NextToken=:string InsightRules=:[InsightRule]
Dimension !Name=:string !Value=:string
DimensionFilter !Name=:string Value=:string
DisableAlarmActionsInput !AlarmNames=:[string]
DisableInsightRulesInput !RuleNames=:[string]
DisableInsightRulesOutput Failures=:[PartialFailure]
DisassociateDatasetKmsKeyInput !DatasetIdentifier=:string
DisassociateDatasetKmsKeyOutput
EnableAlarmActionsInput !AlarmNames=:[string]
EnableInsightRulesInput !RuleNames=:[string]
EnableInsightRulesOutput Failures=:[PartialFailure]
Entity KeyAttributes=:{string} Attributes=:{string}
EntityMetricData Entity=:Entity MetricData=:[MetricDatum]
EvaluationCriteria PromQLCriteria=:AlarmPromQLCriteria
EvaluationWindow WallClockWindow=:WallClockWindow SlidingWindow=:SlidingWindow
GetAlarmMuteRuleInput !AlarmMuteRuleName=:string
GetAlarmMuteRuleOutput Name=:string AlarmMuteRuleArn=:string Description=:string Rule=:Rule MuteTargets=:MuteTargets StartDate=:timestamp ExpireDate=:timestamp Status=:string LastUpdatedTimestamp=:timestamp MuteType=:string
GetDashboardInput !DashboardName=:string
GetDashboardOutput DashboardArn=:string DashboardBody=:string DashboardName=:string
GetDatasetInput !DatasetIdentifier=:string
GetDatasetOutput !DatasetId=:string !Arn=:string KmsKeyArn=:string
GetInsightRuleReportInput !RuleName=:string !StartTime=:timestamp !EndTime=:timestamp !Period=:number MaxContributorCount=:number Metrics=:[string] OrderBy=:string
GetInsightRuleReportOutput KeyLabels=:[string] AggregationStatistic=:string AggregateValue=:number ApproximateUniqueCount=:number Contributors=:[InsightRuleContributor] MetricDatapoints=:[InsightRuleMetricDatapoint]
GetMetricDataInput !MetricDataQueries=:[MetricDataQuery] !StartTime=:timestamp !EndTime=:timestamp NextToken=:string ScanBy=:string MaxDatapoints=:number LabelOptions=:LabelOptions
GetMetricDataOutput MetricDataResults=:[MetricDataResult] NextToken=:string Messages=:[MessageData]
GetMetricStatisticsInput !Namespace=:string !MetricName=:string !StartTime=:timestamp !EndTime=:timestamp !Period=:number Dimensions=:[Dimension] Statistics=:[string] ExtendedStatistics=:[string] Unit=:string
GetMetricStatisticsOutput Label=:string Datapoints=:[Datapoint]
GetMetricStreamInput !Name=:string
GetMetricStreamOutput Arn=:string Name=:string IncludeFilters=:[MetricStreamFilter] ExcludeFilters=:[MetricStreamFilter] FirehoseArn=:string RoleArn=:string State=:string CreationDate=:timestamp LastUpdateDate=:timestamp OutputFormat=:string StatisticsConfigurations=:[MetricStreamStatisticsConfiguration] IncludeLinkedAccountsMetrics=:boolean
GetMetricWidgetImageInput !MetricWidget=:string OutputFormat=:string
GetMetricWidgetImageOutput MetricWidgetImage=:blob
GetOTelEnrichmentInput
GetOTelEnrichmentOutput !Status=:string IncludeFilters=:[OTelEnrichmentMetricSelector] ExcludeFilters=:[OTelEnrichmentMetricSelector] CreatedAt=:timestamp UpdatedAt=:timestamp
GetResourceMetricsConfigurationInput !ResourceArn=:string
GetResourceMetricsConfigurationOutput !ResourceMetricsConfiguration=:ResourceMetricsConfiguration
InsightRule !Name=:string !State=:string !Schema=:string !Definition=:string ManagedRule=:boolean ApplyOnTransformedLogs=:boolean
InsightRuleContributor !Keys=:[string] !ApproximateAggregateValue=:number !Datapoints=:[InsightRuleContributorDatapoint]
InsightRuleContributorDatapoint !Timestamp=:timestamp !ApproximateValue=:number
InsightRuleMetricDatapoint !Timestamp=:timestamp UniqueContributors=:number MaxContributorValue=:number SampleCount=:number Average=:number Sum=:number Minimum=:number Maximum=:number
InternalServiceFault <500> Message=:string
InvalidFormatFault <400> message=:string
InvalidNextToken <400> message=:string
InvalidParameterCombinationException <400> message=:string
InvalidParameterValueException <400> message=:string
KmsAccessDeniedException <400> !Message=:string
KmsKeyDisabledException <400> !Message=:string
KmsKeyNotFoundException <400> !Message=:string
LabelOptions Timezone=:string
LimitExceededException <400> Message=:string
LimitExceededFault <400> message=:string
ListAlarmMuteRulesInput AlarmName=:string Statuses=:[string] MaxRecords=:number NextToken=:string
ListAlarmMuteRulesOutput AlarmMuteRuleSummaries=:[AlarmMuteRuleSummary] NextToken=:string
ListDashboardsInput DashboardNamePrefix=:string NextToken=:string
ListDashboardsOutput DashboardEntries=:[DashboardEntry] NextToken=:string
ListManagedInsightRulesInput !ResourceARN=:string NextToken=:string MaxResults=:number
ListManagedInsightRulesOutput ManagedRules=:[ManagedRuleDescription] NextToken=:string
ListMetricStreamsInput NextToken=:string MaxResults=:number
ListMetricStreamsOutput NextToken=:string Entries=:[MetricStreamEntry]
ListMetricsInput Namespace=:string MetricName=:string Dimensions=:[DimensionFilter] NextToken=:string RecentlyActive=:string IncludeLinkedAccounts=:boolean OwningAccount=:string
ListMetricsOutput Metrics=:[Metric] NextToken=:string OwningAccounts=:[string]
ListTagsForResourceInput !ResourceARN=:string
ListTagsForResourceOutput Tags=:[Tag]
LogAlarm AlarmName=:string AlarmArn=:string AlarmDescription=:string AlarmConfigurationUpdatedTimestamp=:timestamp ActionsEnabled=:boolean OKActions=:[string] AlarmActions=:[string] InsufficientDataActions=:[string] StateValue=:string StateReason=:string StateReasonData=:string StateUpdatedTimestamp=:timestamp ScheduledQueryConfiguration=:ScheduledQueryConfiguration QueryResultsToEvaluate=:number QueryResultsToAlarm=:number Threshold=:number ComparisonOperator=:string TreatMissingData=:string StateTransitionedTimestamp=:timestamp EvaluationState=:string ActionLogLineCount=:number ActionLogLineRoleArn=:string WarmUpConfiguration=:WarmUpConfiguration ActionConfiguration=:ActionConfiguration
ManagedRule !TemplateName=:string !ResourceARN=:string Tags=:[Tag]
ManagedRuleDescription TemplateName=:string ResourceARN=:string RuleState=:ManagedRuleState
ManagedRuleState !RuleName=:string !State=:string
MessageData Code=:string Value=:string
Metric Namespace=:string MetricName=:string Dimensions=:[Dimension]
MetricAlarm AlarmName=:string AlarmArn=:string AlarmDescription=:string AlarmConfigurationUpdatedTimestamp=:timestamp ActionsEnabled=:boolean OKActions=:[string] AlarmActions=:[string] InsufficientDataActions=:[string] StateValue=:string StateReason=:string StateReasonData=:string StateUpdatedTimestamp=:timestamp MetricName=:string Namespace=:string Statistic=:string ExtendedStatistic=:string Dimensions=:[Dimension] Period=:number Unit=:string EvaluationPeriods=:number DatapointsToAlarm=:number Threshold=:number ComparisonOperator=:string TreatMissingData=:string EvaluateLowSampleCountPercentile=:string Metrics=:[MetricDataQuery] ThresholdMetricId=:string EvaluationState=:string StateTransitionedTimestamp=:timestamp EvaluationWindow=:EvaluationWindow WarmUpConfiguration=:WarmUpConfiguration EvaluationCriteria=:EvaluationCriteria EvaluationInterval=:number ActionConfiguration=:ActionConfiguration
MetricCharacteristics PeriodicSpikes=:boolean
MetricDataQuery !Id=:string MetricStat=:MetricStat Expression=:string Label=:string ReturnData=:boolean Period=:number AccountId=:string
MetricDataResult Id=:string Label=:string Timestamps=:[timestamp] Values=:[number] StatusCode=:string Messages=:[MessageData]
MetricDatum !MetricName=:string Dimensions=:[Dimension] Timestamp=:timestamp Value=:number StatisticValues=:StatisticSet Values=:[number] Counts=:[number] Unit=:string StorageResolution=:number
MetricMathAnomalyDetector MetricDataQueries=:[MetricDataQuery]
MetricStat !Metric=:Metric !Period=:number !Stat=:string Unit=:string
MetricStreamEntry Arn=:string CreationDate=:timestamp LastUpdateDate=:timestamp Name=:string FirehoseArn=:string State=:string OutputFormat=:string
MetricStreamFilter Namespace=:string MetricNames=:[string]
MetricStreamStatisticsConfiguration !IncludeMetrics=:[MetricStreamStatisticsMetric] !AdditionalStatistics=:[string]
MetricStreamStatisticsMetric !Namespace=:string !MetricName=:string
MissingRequiredParameterException <400> message=:string
MuteTargets !AlarmNames=:[string]
OTelEnrichmentMetricSelector !Namespace=:string MetricNames=:[string]
PartialFailure FailureResource=:string ExceptionType=:string FailureCode=:string FailureDescription=:string
PutAlarmMuteRuleInput !Name=:string !Rule=:Rule Description=:string MuteTargets=:MuteTargets Tags=:[Tag] StartDate=:timestamp ExpireDate=:timestamp
PutAnomalyDetectorInput Namespace=:string MetricName=:string Dimensions=:[Dimension] Stat=:string Configuration=:AnomalyDetectorConfiguration MetricCharacteristics=:MetricCharacteristics SingleMetricAnomalyDetector=:SingleMetricAnomalyDetector MetricMathAnomalyDetector=:MetricMathAnomalyDetector
PutAnomalyDetectorOutput AnomalyDetectorId=:string
PutCompositeAlarmInput !AlarmName=:string !AlarmRule=:string ActionsEnabled=:boolean AlarmActions=:[string] AlarmDescription=:string InsufficientDataActions=:[string] OKActions=:[string] Tags=:[Tag] ActionsSuppressor=:string ActionsSuppressorWaitPeriod=:number ActionsSuppressorExtensionPeriod=:number ActionConfiguration=:ActionConfiguration
PutDashboardInput !DashboardName=:string !DashboardBody=:string Tags=:[Tag]
PutDashboardOutput DashboardValidationMessages=:[DashboardValidationMessage]
PutInsightRuleInput !RuleName=:string !RuleDefinition=:string RuleState=:string Tags=:[Tag] ApplyOnTransformedLogs=:boolean
PutInsightRuleOutput
PutLogAlarmInput !AlarmName=:string !ScheduledQueryConfiguration=:ScheduledQueryConfiguration !QueryResultsToEvaluate=:number !QueryResultsToAlarm=:number !Threshold=:number !ComparisonOperator=:string AlarmDescription=:string ActionLogLineCount=:number ActionLogLineRoleArn=:string ActionsEnabled=:boolean OKActions=:[string] AlarmActions=:[string] InsufficientDataActions=:[string] TreatMissingData=:string Tags=:[Tag] WarmUpConfiguration=:WarmUpConfiguration ActionConfiguration=:ActionConfiguration
PutManagedInsightRulesInput !ManagedRules=:[ManagedRule]
PutManagedInsightRulesOutput Failures=:[PartialFailure]
PutMetricAlarmInput !AlarmName=:string AlarmDescription=:string ActionsEnabled=:boolean OKActions=:[string] AlarmActions=:[string] InsufficientDataActions=:[string] MetricName=:string Namespace=:string Statistic=:string ExtendedStatistic=:string Dimensions=:[Dimension] Period=:number Unit=:string EvaluationPeriods=:number DatapointsToAlarm=:number Threshold=:number ComparisonOperator=:string TreatMissingData=:string EvaluateLowSampleCountPercentile=:string Metrics=:[MetricDataQuery] Tags=:[Tag] ThresholdMetricId=:string EvaluationWindow=:EvaluationWindow WarmUpConfiguration=:WarmUpConfiguration EvaluationCriteria=:EvaluationCriteria EvaluationInterval=:number ActionConfiguration=:ActionConfiguration
PutMetricDataInput !Namespace=:string MetricData=:[MetricDatum] EntityMetricData=:[EntityMetricData] StrictEntityValidation=:boolean
PutMetricStreamInput !Name=:string !FirehoseArn=:string !RoleArn=:string !OutputFormat=:string IncludeFilters=:[MetricStreamFilter] ExcludeFilters=:[MetricStreamFilter] Tags=:[Tag] StatisticsConfigurations=:[MetricStreamStatisticsConfiguration] IncludeLinkedAccountsMetrics=:boolean
PutMetricStreamOutput Arn=:string
Range !StartTime=:timestamp !EndTime=:timestamp
ResourceConflict <409> message=:string
ResourceMetricSelection !IncludeMetrics=:[string]
ResourceMetricsConfiguration !ResourceArn=:string !CreatedAt=:timestamp !UpdatedAt=:timestamp MetricSelections=:[ResourceMetricSelection]
ResourceNotFound <404> message=:string
ResourceNotFoundException <404> ResourceType=:string ResourceId=:string Message=:string
Rule !Schedule=:Schedule
Schedule !Expression=:string !Duration=:string Timezone=:string
ScheduleConfiguration !ScheduleExpression=:string !StartTimeOffset=:number EndTimeOffset=:number
ScheduledQueryConfiguration !QueryString=:string !ScheduledQueryRoleARN=:string !ScheduleConfiguration=:ScheduleConfiguration !AggregationExpression=:string LogGroupIdentifiers=:[string] QueryARN=:string Tags=:[Tag]
SetAlarmStateInput !AlarmName=:string !StateValue=:string !StateReason=:string StateReasonData=:string
SingleMetricAnomalyDetector AccountId=:string Namespace=:string MetricName=:string Dimensions=:[Dimension] Stat=:string
SlidingWindow
StartMetricStreamsInput !Names=:[string]
StartMetricStreamsOutput
StartOTelEnrichmentInput IncludeFilters=:[OTelEnrichmentMetricSelector] ExcludeFilters=:[OTelEnrichmentMetricSelector]
StartOTelEnrichmentOutput IncludeFilters=:[OTelEnrichmentMetricSelector] ExcludeFilters=:[OTelEnrichmentMetricSelector] CreatedAt=:timestamp UpdatedAt=:timestamp
StatisticSet !SampleCount=:number !Sum=:number !Minimum=:number !Maximum=:number
StopMetricStreamsInput !Names=:[string]
StopMetricStreamsOutput
StopOTelEnrichmentInput
StopOTelEnrichmentOutput
Tag !Key=:string !Value=:string
TagResourceInput !ResourceARN=:string !Tags=:[Tag]
TagResourceOutput
UntagResourceInput !ResourceARN=:string !TagKeys=:[string]
UntagResourceOutput
UpdateOTelEnrichmentInput IncludeFilters=:[OTelEnrichmentMetricSelector] ExcludeFilters=:[OTelEnrichmentMetricSelector]
UpdateOTelEnrichmentOutput IncludeFilters=:[OTelEnrichmentMetricSelector] ExcludeFilters=:[OTelEnrichmentMetricSelector] CreatedAt=:timestamp UpdatedAt=:timestamp
UpdateResourceMetricsConfigurationInput !ResourceArn=:string MetricSelections=:[ResourceMetricSelection]
UpdateResourceMetricsConfigurationOutput !ResourceMetricsConfiguration=:ResourceMetricsConfiguration
ValidationException <400> message=:string
WallClockWindow Timezone=:string
WarmUpConfiguration !WarmUpPeriodDurationInMinutes=:number OnlyStartEvaluatingAfterWarmUpPeriodEnds=:boolean
`

// Written by scripts/generate-aws-schemas.mjs from @aws-sdk/client-application-auto-scaling 3.1141.0 (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const sdkVersion = '3.1141.0'

export const operations = `
DeleteScalingPolicy POST / 200 DeleteScalingPolicyRequest DeleteScalingPolicyResponse
DeleteScheduledAction POST / 200 DeleteScheduledActionRequest DeleteScheduledActionResponse
DeregisterScalableTarget POST / 200 DeregisterScalableTargetRequest DeregisterScalableTargetResponse
DescribeScalableTargets POST / 200 DescribeScalableTargetsRequest DescribeScalableTargetsResponse
DescribeScalingActivities POST / 200 DescribeScalingActivitiesRequest DescribeScalingActivitiesResponse
DescribeScalingPolicies POST / 200 DescribeScalingPoliciesRequest DescribeScalingPoliciesResponse
DescribeScheduledActions POST / 200 DescribeScheduledActionsRequest DescribeScheduledActionsResponse
GetPredictiveScalingForecast POST / 200 GetPredictiveScalingForecastRequest GetPredictiveScalingForecastResponse
ListTagsForResource POST / 200 ListTagsForResourceRequest ListTagsForResourceResponse
PutScalingPolicy POST / 200 PutScalingPolicyRequest PutScalingPolicyResponse
PutScheduledAction POST / 200 PutScheduledActionRequest PutScheduledActionResponse
RegisterScalableTarget POST / 200 RegisterScalableTargetRequest RegisterScalableTargetResponse
TagResource POST / 200 TagResourceRequest TagResourceResponse
UntagResource POST / 200 UntagResourceRequest UntagResourceResponse
`

export const structures = `
Alarm !AlarmName=:string !AlarmARN=:string
CapacityForecast !Timestamps=:[timestamp] !Values=:[number]
ConcurrentUpdateException <500> Message=:string
CustomizedMetricSpecification MetricName=:string Namespace=:string Dimensions=:[MetricDimension] Statistic=:string Unit=:string Metrics=:[TargetTrackingMetricDataQuery]
DeleteScalingPolicyRequest !PolicyName=:string !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string
DeleteScalingPolicyResponse
DeleteScheduledActionRequest !ServiceNamespace=:string !ScheduledActionName=:string !ResourceId=:string !ScalableDimension=:string
DeleteScheduledActionResponse
DeregisterScalableTargetRequest !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string
DeregisterScalableTargetResponse
DescribeScalableTargetsRequest !ServiceNamespace=:string ResourceIds=:[string] ScalableDimension=:string MaxResults=:number NextToken=:string
DescribeScalableTargetsResponse ScalableTargets=:[ScalableTarget] NextToken=:string
DescribeScalingActivitiesRequest !ServiceNamespace=:string ResourceId=:string ScalableDimension=:string MaxResults=:number NextToken=:string IncludeNotScaledActivities=:boolean
DescribeScalingActivitiesResponse ScalingActivities=:[ScalingActivity] NextToken=:string
DescribeScalingPoliciesRequest !ServiceNamespace=:string PolicyNames=:[string] ResourceId=:string ScalableDimension=:string MaxResults=:number NextToken=:string
DescribeScalingPoliciesResponse ScalingPolicies=:[ScalingPolicy] NextToken=:string
DescribeScheduledActionsRequest !ServiceNamespace=:string ScheduledActionNames=:[string] ResourceId=:string ScalableDimension=:string MaxResults=:number NextToken=:string
DescribeScheduledActionsResponse ScheduledActions=:[ScheduledAction] NextToken=:string
FailedResourceAccessException <400> Message=:string
GetPredictiveScalingForecastRequest !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string !PolicyName=:string !StartTime=:timestamp !EndTime=:timestamp
GetPredictiveScalingForecastResponse LoadForecast=:[LoadForecast] CapacityForecast=:CapacityForecast UpdateTime=:timestamp
InternalServiceException <500> Message=:string
InvalidNextTokenException <400> Message=:string
LimitExceededException <400> Message=:string
ListTagsForResourceRequest !ResourceARN=:string
ListTagsForResourceResponse Tags=:{string}
LoadForecast !Timestamps=:[timestamp] !Values=:[number] !MetricSpecification=:PredictiveScalingMetricSpecification
MetricDimension !Name=:string !Value=:string
NotScaledReason !Code=:string MaxCapacity=:number MinCapacity=:number CurrentCapacity=:number
ObjectNotFoundException <400> Message=:string
PredefinedMetricSpecification !PredefinedMetricType=:string ResourceLabel=:string
PredictiveScalingCustomizedMetricSpecification !MetricDataQueries=:[PredictiveScalingMetricDataQuery]
PredictiveScalingMetric Dimensions=:[PredictiveScalingMetricDimension] MetricName=:string Namespace=:string
PredictiveScalingMetricDataQuery !Id=:string Expression=:string MetricStat=:PredictiveScalingMetricStat Label=:string ReturnData=:boolean
PredictiveScalingMetricDimension !Name=:string !Value=:string
PredictiveScalingMetricSpecification !TargetValue=:number PredefinedMetricPairSpecification=:PredictiveScalingPredefinedMetricPairSpecification PredefinedScalingMetricSpecification=:PredictiveScalingPredefinedScalingMetricSpecification PredefinedLoadMetricSpecification=:PredictiveScalingPredefinedLoadMetricSpecification CustomizedScalingMetricSpecification=:PredictiveScalingCustomizedMetricSpecification CustomizedLoadMetricSpecification=:PredictiveScalingCustomizedMetricSpecification CustomizedCapacityMetricSpecification=:PredictiveScalingCustomizedMetricSpecification
PredictiveScalingMetricStat !Metric=:PredictiveScalingMetric !Stat=:string Unit=:string
PredictiveScalingPolicyConfiguration !MetricSpecifications=:[PredictiveScalingMetricSpecification] Mode=:string SchedulingBufferTime=:number MaxCapacityBreachBehavior=:string MaxCapacityBuffer=:number
PredictiveScalingPredefinedLoadMetricSpecification !PredefinedMetricType=:string ResourceLabel=:string
PredictiveScalingPredefinedMetricPairSpecification !PredefinedMetricType=:string ResourceLabel=:string
PredictiveScalingPredefinedScalingMetricSpecification !PredefinedMetricType=:string ResourceLabel=:string
PutScalingPolicyRequest !PolicyName=:string !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string PolicyType=:string StepScalingPolicyConfiguration=:StepScalingPolicyConfiguration TargetTrackingScalingPolicyConfiguration=:TargetTrackingScalingPolicyConfiguration PredictiveScalingPolicyConfiguration=:PredictiveScalingPolicyConfiguration
PutScalingPolicyResponse !PolicyARN=:string Alarms=:[Alarm]
PutScheduledActionRequest !ServiceNamespace=:string !ScheduledActionName=:string !ResourceId=:string !ScalableDimension=:string Schedule=:string Timezone=:string StartTime=:timestamp EndTime=:timestamp ScalableTargetAction=:ScalableTargetAction
PutScheduledActionResponse
RegisterScalableTargetRequest !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string MinCapacity=:number MaxCapacity=:number RoleARN=:string SuspendedState=:SuspendedState Tags=:{string}
RegisterScalableTargetResponse ScalableTargetARN=:string
ResourceNotFoundException <404> Message=:string ResourceName=:string
ScalableTarget !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string !MinCapacity=:number !MaxCapacity=:number !RoleARN=:string !CreationTime=:timestamp PredictedCapacity=:number SuspendedState=:SuspendedState ScalableTargetARN=:string
ScalableTargetAction MinCapacity=:number MaxCapacity=:number
ScalingActivity !ActivityId=:string !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string !Description=:string !Cause=:string !StartTime=:timestamp !StatusCode=:string EndTime=:timestamp StatusMessage=:string Details=:string NotScaledReasons=:[NotScaledReason]
ScalingPolicy !PolicyARN=:string !PolicyName=:string !ServiceNamespace=:string !ResourceId=:string !ScalableDimension=:string !PolicyType=:string !CreationTime=:timestamp StepScalingPolicyConfiguration=:StepScalingPolicyConfiguration TargetTrackingScalingPolicyConfiguration=:TargetTrackingScalingPolicyConfiguration PredictiveScalingPolicyConfiguration=:PredictiveScalingPolicyConfiguration Alarms=:[Alarm]
ScheduledAction !ScheduledActionName=:string !ScheduledActionARN=:string !ServiceNamespace=:string !Schedule=:string !ResourceId=:string !CreationTime=:timestamp Timezone=:string ScalableDimension=:string StartTime=:timestamp EndTime=:timestamp ScalableTargetAction=:ScalableTargetAction
StepAdjustment !ScalingAdjustment=:number MetricIntervalLowerBound=:number MetricIntervalUpperBound=:number
StepScalingPolicyConfiguration AdjustmentType=:string StepAdjustments=:[StepAdjustment] MinAdjustmentMagnitude=:number Cooldown=:number MetricAggregationType=:string
SuspendedState DynamicScalingInSuspended=:boolean DynamicScalingOutSuspended=:boolean ScheduledScalingSuspended=:boolean
TagResourceRequest !ResourceARN=:string !Tags=:{string}
TagResourceResponse
TargetTrackingMetric Dimensions=:[TargetTrackingMetricDimension] MetricName=:string Namespace=:string
TargetTrackingMetricDataQuery !Id=:string Expression=:string Label=:string MetricStat=:TargetTrackingMetricStat ReturnData=:boolean
TargetTrackingMetricDimension !Name=:string !Value=:string
TargetTrackingMetricStat !Metric=:TargetTrackingMetric !Stat=:string Unit=:string
TargetTrackingScalingPolicyConfiguration !TargetValue=:number PredefinedMetricSpecification=:PredefinedMetricSpecification CustomizedMetricSpecification=:CustomizedMetricSpecification ScaleOutCooldown=:number ScaleInCooldown=:number DisableScaleIn=:boolean
TooManyTagsException <400> Message=:string ResourceName=:string
UntagResourceRequest !ResourceARN=:string !TagKeys=:[string]
UntagResourceResponse
ValidationException <400> Message=:string
`

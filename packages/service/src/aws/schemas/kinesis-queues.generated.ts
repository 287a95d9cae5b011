// Written by scripts/generate-queue-schema.mjs from botocore 1.44.8 (Apache-2.0). Do not edit.
// The notation is described in ../schema.ts.

export const operations = `
AcknowledgeDeadLetterQueueRecords POST / 200 AcknowledgeDeadLetterQueueRecordsInput AcknowledgeDeadLetterQueueRecordsOutput
AcknowledgeQueueRecords POST / 200 AcknowledgeQueueRecordsInput AcknowledgeQueueRecordsOutput
CreateQueue POST / 200 CreateQueueInput CreateQueueOutput
DeleteQueue POST / 200 DeleteQueueInput -
DescribeQueue POST / 200 DescribeQueueInput DescribeQueueOutput
ListQueues POST / 200 ListQueuesInput ListQueuesOutput
ReceiveDeadLetterQueueRecords POST / 200 ReceiveDeadLetterQueueRecordsInput ReceiveDeadLetterQueueRecordsOutput
ReceiveQueueRecords POST / 200 ReceiveQueueRecordsInput ReceiveQueueRecordsOutput
RestoreDeadLetterQueueRecords POST / 200 RestoreDeadLetterQueueRecordsInput RestoreDeadLetterQueueRecordsOutput
UpdateDeadLetterQueueRecordsVisibility POST / 200 UpdateDeadLetterQueueRecordsVisibilityInput UpdateDeadLetterQueueRecordsVisibilityOutput
UpdateQueue POST / 200 UpdateQueueInput UpdateQueueOutput
UpdateQueueRecordsVisibility POST / 200 UpdateQueueRecordsVisibilityInput UpdateQueueRecordsVisibilityOutput
`

export const structures = `
AcknowledgeDeadLetterQueueRecordsErrorEntry !ReceiptHandle=:string !ErrorCode=:string ErrorMessage=:string
AcknowledgeDeadLetterQueueRecordsInput !QueueARN=:string !Entries=:[AcknowledgeDeadLetterQueueRecordsRequestEntry]
AcknowledgeDeadLetterQueueRecordsOutput !Successful=:[AcknowledgeDeadLetterQueueRecordsResultEntry] !Failed=:[AcknowledgeDeadLetterQueueRecordsErrorEntry]
AcknowledgeDeadLetterQueueRecordsRequestEntry !ReceiptHandle=:string
AcknowledgeDeadLetterQueueRecordsResultEntry !ReceiptHandle=:string
AcknowledgeQueueRecordsErrorEntry !ReceiptHandle=:string !ErrorCode=:string ErrorMessage=:string
AcknowledgeQueueRecordsInput !QueueARN=:string !Entries=:[AcknowledgeQueueRecordsRequestEntry]
AcknowledgeQueueRecordsOutput !Successful=:[AcknowledgeQueueRecordsResultEntry] !Failed=:[AcknowledgeQueueRecordsErrorEntry]
AcknowledgeQueueRecordsRequestEntry !ReceiptHandle=:string
AcknowledgeQueueRecordsResultEntry !ReceiptHandle=:string
CreateQueueInput !QueueName=:string !StreamConfigurationList=:[QueueStreamConfiguration] QueueAttributes=:QueueAttributes Tags=:{string}
CreateQueueOutput !QueueDescription=:QueueDescription
DeadLetterConfiguration !TargetType=:string MaxReceiveCount=:number
DeleteQueueInput !QueueARN=:string
DescribeQueueInput !QueueARN=:string
DescribeQueueOutput !QueueDescription=:QueueDescription
ListQueuesInput MaxResults=:number NextToken=:string StreamFilter=:[QueueStreamFilter]
ListQueuesOutput !QueueSummaries=:[QueueSummary] NextToken=:string
QueueAttributes VisibilityTimeoutSeconds=:number DeadLetterConfiguration=:DeadLetterConfiguration
QueueDescription !QueueName=:string !QueueARN=:string !QueueStatus=:string !QueueCreationTimestamp=:timestamp !StreamConfigurationList=:[QueueStreamConfiguration] QueueAttributes=:QueueAttributes
QueueRecord !ReceiptHandle=:string !RecordId=:string !Data=:blob !ApproximateArrivalTimestamp=:timestamp !FirstReceiveTimestamp=:timestamp !ReceiveCount=:number PartitionKey=:string
QueueStartingPosition !Type=:string Timestamp=:timestamp
QueueStreamConfiguration !StreamARN=:string StartingPosition=:QueueStartingPosition
QueueStreamFilter !StreamARN=:string StreamCreationTimestamp=:timestamp
QueueStreamIdentifier !StreamARN=:string !StreamCreationTimestamp=:timestamp
QueueSummary !QueueName=:string !QueueARN=:string !QueueStatus=:string !QueueCreationTimestamp=:timestamp !Streams=:[QueueStreamIdentifier]
ReceiveDeadLetterQueueRecordsInput !QueueARN=:string Limit=:number WaitTimeSeconds=:number VisibilityTimeoutSeconds=:number
ReceiveDeadLetterQueueRecordsOutput !QueueRecords=:[QueueRecord]
ReceiveQueueRecordsInput !QueueARN=:string Limit=:number WaitTimeSeconds=:number VisibilityTimeoutSeconds=:number
ReceiveQueueRecordsOutput !QueueRecords=:[QueueRecord]
RestoreDeadLetterQueueRecordsErrorEntry !ReceiptHandle=:string !ErrorCode=:string ErrorMessage=:string
RestoreDeadLetterQueueRecordsInput !QueueARN=:string !Entries=:[RestoreDeadLetterQueueRecordsRequestEntry]
RestoreDeadLetterQueueRecordsOutput !Successful=:[RestoreDeadLetterQueueRecordsResultEntry] !Failed=:[RestoreDeadLetterQueueRecordsErrorEntry]
RestoreDeadLetterQueueRecordsRequestEntry !ReceiptHandle=:string
RestoreDeadLetterQueueRecordsResultEntry !ReceiptHandle=:string
ThrottlingException <400> message:string
UpdateDeadLetterQueueRecordsVisibilityErrorEntry !ReceiptHandle=:string !ErrorCode=:string ErrorMessage=:string
UpdateDeadLetterQueueRecordsVisibilityInput !QueueARN=:string !Entries=:[UpdateDeadLetterQueueRecordsVisibilityRequestEntry]
UpdateDeadLetterQueueRecordsVisibilityOutput !Successful=:[UpdateDeadLetterQueueRecordsVisibilityResultEntry] !Failed=:[UpdateDeadLetterQueueRecordsVisibilityErrorEntry]
UpdateDeadLetterQueueRecordsVisibilityRequestEntry !ReceiptHandle=:string !VisibilityTimeoutSeconds=:number
UpdateDeadLetterQueueRecordsVisibilityResultEntry !ReceiptHandle=:string
UpdateQueueInput !QueueARN=:string !QueueAttributes=:QueueAttributes
UpdateQueueOutput !QueueDescription=:QueueDescription
UpdateQueueRecordsVisibilityErrorEntry !ReceiptHandle=:string !ErrorCode=:string ErrorMessage=:string
UpdateQueueRecordsVisibilityInput !QueueARN=:string !Entries=:[UpdateQueueRecordsVisibilityRequestEntry]
UpdateQueueRecordsVisibilityOutput !Successful=:[UpdateQueueRecordsVisibilityResultEntry] !Failed=:[UpdateQueueRecordsVisibilityErrorEntry]
UpdateQueueRecordsVisibilityRequestEntry !ReceiptHandle=:string !VisibilityTimeoutSeconds=:number
UpdateQueueRecordsVisibilityResultEntry !ReceiptHandle=:string
`

import * as kafka from '../schemas/kafka.generated.ts'

/*
 * All of MSK's model: what the SDK for JavaScript knows, and what botocore (1.44.8) has and that one has not yet. Of the latter
 * there are the names alone: they are refused by them.
 */

const cluster = '/v1/clusters/{ClusterArn}'
const newer = [
  `CreateAssessment POST ${cluster}/assessments`,
  `DeleteAssessment DELETE ${cluster}/assessments/{AssessmentArn}`,
  `DescribeAssessment GET ${cluster}/assessments/{AssessmentArn}`,
  `DescribeTopicReassignment GET ${cluster}/topic-reassignments/{TopicReassignmentOperationArn}`,
  `ListAssessmentFindings GET ${cluster}/assessments/{AssessmentArn}/findings`,
  `ListAssessments GET ${cluster}/assessments`,
  `ListTopicReassignments GET ${cluster}/topic-reassignments`,
  `StartTopicReassignment POST ${cluster}/topic-reassignments`,
  `StopTopicReassignment POST ${cluster}/topic-reassignments/{TopicReassignmentOperationArn}/stop`,
].map((line) => `${line} 200 - -`)

export const mskSchema = {
  operations: [...kafka.operations.split('\n'), ...newer].sort().join('\n'),
  structures: kafka.structures,
}

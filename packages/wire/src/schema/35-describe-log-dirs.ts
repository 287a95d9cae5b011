import { api, array, bool, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const DescribeLogDirs = api(35, 'DescribeLogDirs', {
  listeners: ['broker'],
  request: message('DescribeLogDirsRequest', { versions: '1-5', flexible: '2+' }, () => [
    structArray('topics', 'DescribableLogDirTopic', '0+', { nullable: '0+' }, [
      field('topic', string, '0+', { mapKey: true, entityType: 'topicName' }),
      field('partitions', array(int32), '0+'),
    ]),
  ]),
  response: message('DescribeLogDirsResponse', { versions: '1-5', flexible: '2+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '3+', { ignorable: true }),
    structArray('results', 'DescribeLogDirsResult', '0+', [
      field('errorCode', int16, '0+'),
      field('logDir', string, '0+'),
      structArray('topics', 'DescribeLogDirsTopic', '0+', [
        field('name', string, '0+', { entityType: 'topicName' }),
        structArray('partitions', 'DescribeLogDirsPartition', '0+', [
          field('partitionIndex', int32, '0+'),
          field('partitionSize', int64, '0+'),
          field('offsetLag', int64, '0+'),
          field('isFutureKey', bool, '0+'),
        ]),
      ]),
      field('totalBytes', int64, '4+', { default: -1, ignorable: true }),
      field('usableBytes', int64, '4+', { default: -1, ignorable: true }),
      field('isCordoned', bool, '5+', { default: false, ignorable: true }),
    ]),
  ]),
})

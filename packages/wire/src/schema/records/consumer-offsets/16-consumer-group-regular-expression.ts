import { array, field, int64, keyValueRecord, message, string } from '../../language.ts'

export const ConsumerGroupRegularExpressionKey = message(
  'ConsumerGroupRegularExpressionKey',
  { versions: '0', flexible: 'none' },
  () => [field('groupId', string, '0'), field('regularExpression', string, '0')],
)

export const ConsumerGroupRegularExpressionValue = message(
  'ConsumerGroupRegularExpressionValue',
  { versions: '0', flexible: '0+' },
  () => [
    field('topics', array(string), '0+'),
    field('version', int64, '0+'),
    field('timestamp', int64, '0+'),
  ],
)

export const ConsumerGroupRegularExpressionRecord = keyValueRecord(
  16,
  'ConsumerGroupRegularExpression',
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
)

import { array, bytes, field, int32, int64, keyValueRecord, message, string, struct } from '../../language.ts'

const memberMetadata = struct('MemberMetadata', [
  field('memberId', string, '0+'),
  field('groupInstanceId', string, '3+', { nullable: '3+', default: null, ignorable: true }),
  field('clientId', string, '0+'),
  field('clientHost', string, '0+'),
  field('rebalanceTimeout', int32, '1+', { default: -1, ignorable: true }),
  field('sessionTimeout', int32, '0+'),
  field('subscription', bytes, '0+'),
  field('assignment', bytes, '0+'),
])

export const GroupMetadataKey = message('GroupMetadataKey', { versions: '0', flexible: 'none' }, () => [
  field('group', string, '0'),
])

export const GroupMetadataValue = message('GroupMetadataValue', { versions: '0-4', flexible: '4+' }, () => [
  field('protocolType', string, '0+'),
  field('generation', int32, '0+'),
  field('protocol', string, '0+', { nullable: '0+' }),
  field('leader', string, '0+', { nullable: '0+' }),
  field('currentStateTimestamp', int64, '2+', { default: -1, ignorable: true }),
  field('members', array(memberMetadata), '0+'),
])

export const GroupMetadataRecord = keyValueRecord(2, 'GroupMetadata', GroupMetadataKey, GroupMetadataValue)

import {
  field,
  int16,
  int32,
  message,
  string,
  structArray,
  structField,
  uint16,
  uuid,
} from '../../language.ts'

export const VotersRecord = message('VotersRecord', { versions: '0', flexible: '0+' }, () => [
  field('version', int16, '0+'),
  structArray('voters', 'Voter', '0+', [
    field('voterId', int32, '0+', { entityType: 'brokerId' }),
    field('voterDirectoryId', uuid, '0+'),
    structArray('endpoints', 'Endpoint', '0+', [
      field('name', string, '0+', { mapKey: true }),
      field('host', string, '0+'),
      field('port', uint16, '0+'),
    ]),
    structField('kRaftVersionFeature', 'KRaftVersionFeature', '0+', [
      field('minSupportedVersion', int16, '0+'),
      field('maxSupportedVersion', int16, '0+'),
    ]),
  ]),
])

import { api, bool, field, int16, int32, int64, message, string, structArray } from './language.ts'

export const ApiVersions = api(18, 'ApiVersions', {
  listeners: ['broker', 'controller'],
  request: message('ApiVersionsRequest', { versions: '0-5', flexible: '3+' }, () => [
    field('clientSoftwareName', string, '3+', { ignorable: true }),
    field('clientSoftwareVersion', string, '3+', { ignorable: true }),
    field('clusterId', string, '5+', { nullable: '5+', default: null, ignorable: true }),
    field('nodeId', int32, '5+', { default: -1, ignorable: true }),
  ]),
  response: message('ApiVersionsResponse', { versions: '0-5', flexible: '3+' }, () => [
    field('errorCode', int16, '0+'),
    structArray('apiKeys', 'ApiVersion', '0+', [
      field('apiKey', int16, '0+', { mapKey: true }),
      field('minVersion', int16, '0+'),
      field('maxVersion', int16, '0+'),
    ]),
    field('throttleTimeMs', int32, '1+', { ignorable: true }),
    structArray('supportedFeatures', 'SupportedFeatureKey', '3+', { ignorable: true, tagged: '3+', tag: 0 }, [
      field('name', string, '3+', { mapKey: true }),
      field('minVersion', int16, '3+'),
      field('maxVersion', int16, '3+'),
    ]),
    field('finalizedFeaturesEpoch', int64, '3+', { default: -1, ignorable: true, tagged: '3+', tag: 1 }),
    structArray('finalizedFeatures', 'FinalizedFeatureKey', '3+', { ignorable: true, tagged: '3+', tag: 2 }, [
      field('name', string, '3+', { mapKey: true }),
      field('maxVersionLevel', int16, '3+'),
      field('minVersionLevel', int16, '3+'),
    ]),
    field('zkMigrationReady', bool, '3+', { default: false, ignorable: true, tagged: '3+', tag: 3 }),
  ]),
})

import { api, bool, field, int16, int32, int8, message, string, structArray } from './language.ts'

export const UpdateFeatures = api(57, 'UpdateFeatures', {
  listeners: ['broker', 'controller'],
  clusterAction: true,
  forwardable: true,
  request: message('UpdateFeaturesRequest', { versions: '0-2', flexible: '0+' }, () => [
    field('timeoutMs', int32, '0+', { default: 60000 }),
    structArray('featureUpdates', 'FeatureUpdateKey', '0+', [
      field('feature', string, '0+', { mapKey: true }),
      field('maxVersionLevel', int16, '0+'),
      field('allowDowngrade', bool, '0'),
      field('upgradeType', int8, '1+', { default: 1 }),
    ]),
    field('validateOnly', bool, '1+', { default: false }),
  ]),
  response: message('UpdateFeaturesResponse', { versions: '0-2', flexible: '0+' }, () => [
    field('throttleTimeMs', int32, '0+'),
    field('errorCode', int16, '0+'),
    field('errorMessage', string, '0+', { nullable: '0+' }),
    structArray('results', 'UpdatableFeatureResult', '0-1', { ignorable: true }, [
      field('feature', string, '0+', { mapKey: true }),
      field('errorCode', int16, '0+'),
      field('errorMessage', string, '0+', { nullable: '0+' }),
    ]),
  ]),
})

import { bool, field, message, string } from '../../language.ts'

export const DefaultPrincipalData = message('DefaultPrincipalData', { versions: '0', flexible: '0+' }, () => [
  field('type', string, '0+'),
  field('name', string, '0+'),
  field('tokenAuthenticated', bool, '0+'),
])

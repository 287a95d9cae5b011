/** Those that requests here can have; with `/`, any key that begins so. */
const known = [
  'aws:currenttime',
  'aws:epochtime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:requesttag/',
  'aws:resourceaccount',
  'aws:resourcetag/',
  'aws:securetransport',
  'aws:sourceip',
  'aws:tagkeys',
  'aws:userid',
  'aws:username',
  'secretsmanager:resourcetag/',
  'sts:externalid',
  'sts:rolesessionname',
]

/** In lower case: keys are meant in any. */
export function isKnownKey(key: string): boolean {
  return known.some((one) => (one.endsWith('/') ? key.startsWith(one) : key === one))
}

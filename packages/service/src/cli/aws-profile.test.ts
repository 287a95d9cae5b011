import { describe, expect, it } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { withProfile } from './aws-profile.ts'

const profile = {
  name: 'sluice',
  endpoint: 'http://127.0.0.1:9081',
  region: 'us-east-1',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret',
}
const written = `[profile sluice]
# written by sluice env --profile
region = us-east-1
services = sluice
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret

[services sluice]
# written by sluice env --profile
application_auto_scaling =
  endpoint_url = http://127.0.0.1:9081
cloudwatch =
  endpoint_url = http://127.0.0.1:9081
cloudwatch_logs =
  endpoint_url = http://127.0.0.1:9081
kafka =
  endpoint_url = http://127.0.0.1:9081
kinesis =
  endpoint_url = http://127.0.0.1:9081
secrets_manager =
  endpoint_url = http://127.0.0.1:9081
sts =
  endpoint_url = http://127.0.0.1:9081
`

describe('the AWS configuration file', () => {
  it('gets the profile, once, and keeps what is there', () => {
    const others = '# mine\n[default]\nregion = eu-west-1\n\n[profile work]\nsso_session = work\n'
    const first = withProfile(others, profile)
    expect(first).toBe(`${others}\n${written}`)
    const again = withProfile(`${first}\n[profile later]\nregion = us-west-2\n`, {
      ...profile,
      region: 'eu-west-1',
    })
    expect(again.match(/\[profile sluice\]/g)).toHaveLength(1)
    expect(again).toContain('[profile later]\nregion = us-west-2\n')
    expect(again).toContain(`${others}\n`)
    expect(again).toContain('region = eu-west-1\nservices = sluice')
    expect(withProfile('', profile)).toBe(written)
  })

  it('keeps a profile that is not ours: that is wrong usage, as is a name that cannot be one', () => {
    expect(() => withProfile('[profile sluice]\nregion = eu-west-1\n', profile)).toThrow(UsageError)
    expect(() => withProfile('[default]\n', { ...profile, name: 'default' })).toThrow(/\[default\]/)
    expect(() => withProfile('', { ...profile, name: 'a]b' })).toThrow(UsageError)
  })
})

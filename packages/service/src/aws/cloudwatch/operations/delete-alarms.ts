import type { DeleteAlarmsInput } from '@aws-sdk/client-cloudwatch'
import type { Services } from '../services.ts'

/** One name alone may be of none, and then there is nothing to do, as on AWS. */
export const deleteAlarms =
  ({ monitoring: { alarms } }: Pick<Services, 'monitoring'>) =>
  ({ AlarmNames: names = [] }: DeleteAlarmsInput): void => {
    for (const name of names) {
      const alarm = alarms.byName(name)
      if (alarm) alarms.delete(alarm)
    }
  }

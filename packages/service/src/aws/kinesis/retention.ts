import { invalidArgument } from './exceptions.ts'

const hoursMin = 24
const hoursMax = 8_760

export function checkRetention(hours: number): void {
  if (hours < hoursMin)
    throw invalidArgument(
      `Minimum allowed retention period is ${hoursMin} hours. Requested retention period (${hours} hours) is too short.`,
    )
  if (hours > hoursMax)
    throw invalidArgument(
      `Maximum allowed retention period is ${hoursMax} hours. Requested retention period (${hours} hours) is too long.`,
    )
}

/*
 * AlterUserScramCredentials, version 0: decided by the controller (controller/scram-credentials) (KIP-554).
 */
import { AlterUserScramCredentials } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const alterUserScramCredentials = forwarded(AlterUserScramCredentials)

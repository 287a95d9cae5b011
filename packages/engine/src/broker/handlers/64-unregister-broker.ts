/*
 * UnregisterBroker, version 0: decided by the controller (controller/brokers) (KIP-631).
 */
import { UnregisterBroker } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const unregisterBroker = forwarded(UnregisterBroker)

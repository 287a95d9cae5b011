import { refuse, stateRefusal, type Update, versionRefusal } from './update.ts'

/** Only Express brokers are rebalanced, and no cluster here has any yet. */
export function updateRebalancing(currentVersion: string): Update {
  return (record) => {
    const refusal = stateRefusal(record) ?? versionRefusal(record, currentVersion)
    return refusal ? { refusal } : refuse('Intelligent rebalancing needs Express brokers.', 'rebalancing')
  }
}

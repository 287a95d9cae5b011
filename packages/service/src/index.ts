export { type Service, type ServiceOptions, startService } from './service.ts'
export type { BrokerReport, ClusterReport, StatusReport } from './status-report.ts'
export { isSettable, mskOperations } from './support.ts'

/** Kafka's security protocols, with the number that registrations have for each. */
export const securityProtocolId = { PLAINTEXT: 0, SSL: 1, SASL_PLAINTEXT: 2, SASL_SSL: 3 } as const

export type SecurityProtocol = keyof typeof securityProtocolId

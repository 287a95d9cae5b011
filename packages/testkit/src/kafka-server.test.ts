import { Connection, describeTopics } from '@sluice/client'
import { systemNetwork } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'

describe('a server', () => {
  it('has the brokers and topics that it is asked for, at addresses that clients are told', async () => {
    await using kafka = await KafkaServer.start({ brokers: 3, topics: { orders: 6 } })
    const { brokers } = kafka.clientConfig('kafkajs')
    expect(kafka.bootstrap).toBe(brokers.join(','))
    const [host = '', port] = (brokers[0] ?? '').split(':')
    const connection = await Connection.open({ network: systemNetwork(), host, port: Number(port) })
    const { topics } = await describeTopics(connection)
    expect(topics).toMatchObject([{ name: 'orders' }])
    expect(topics[0]?.partitions).toHaveLength(6)
    await connection.close()
  })

  it.each([
    ['brokers', { brokers: 0 }, /cannot have 0 brokers[^]*Next:/],
    ['a property', { properties: { 'no.such': '1' } }, /no\.such cannot be set/],
  ])('refuses what it cannot be, and says what to do: %s', async (_, options, message) => {
    await expect(KafkaServer.start(options)).rejects.toThrow(message)
  })
})

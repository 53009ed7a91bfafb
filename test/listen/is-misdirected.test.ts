import test from 'ava'
import type { Connection } from '../../src/listen/connections.ts'
import { isMisdirected } from '../../src/listen/is-misdirected.ts'

test('a host that a connection was asked for once costs a comparison from then on, and another is looked up', (t) => {
  const looked: string[] = []
  const certificates = {
    ...{ cert: [], key: [], names: [], isPublic: false },
    isFor(host: string) {
      looked.push(host)
      return host !== 'evil.example'
    },
  }
  const connection = { certificates, rightHost: undefined } as unknown as Connection
  for (let i = 0; i < 3; i++) t.false(isMisdirected(connection, 'dev.example'))
  t.deepEqual(looked, ['dev.example'])
  t.true(isMisdirected(connection, 'evil.example'))
  t.false(isMisdirected(connection, 'dev.example'))
  t.false(isMisdirected(connection, 'two.example'))
  t.deepEqual(looked, ['dev.example', 'evil.example', 'two.example'])
})

test('without TLS nothing is misdirected', (t) => {
  t.false(isMisdirected({ certificates: undefined } as unknown as Connection, 'any.example'))
})

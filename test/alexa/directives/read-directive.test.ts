import test from 'ava'
import { readDirective } from '../../../src/alexa/directives/read-directive.ts'
import { DIRECTIVES } from '../../support/directives.ts'

const read = (value: unknown) => readDirective(Buffer.from(JSON.stringify(value)))

test('each envelope of the documentation is read, with the token where it stands', (t) => {
  t.deepEqual(read(DIRECTIVES['turn on']('T')), {
    kind: 'smart-home',
    namespace: 'Alexa.PowerController',
    name: 'TurnOn',
    payloadVersion: '3',
    messageId: 'm',
    correlationToken: 'c',
    endpointId: 'endpoint-001',
    tokens: ['T'],
  })
  const header = { payloadVersion: '3', messageId: 'm', tokens: ['T'] }
  t.deepEqual(read(DIRECTIVES.discovery('T')), {
    kind: 'smart-home',
    namespace: 'Alexa.Discovery',
    name: 'Discover',
    ...header,
  })
  t.deepEqual(read(DIRECTIVES['accept grant']('T')), {
    kind: 'smart-home',
    namespace: 'Alexa.Authorization',
    name: 'AcceptGrant',
    ...header,
  })
  t.deepEqual(read(DIRECTIVES.music('T')), {
    kind: 'music',
    namespace: 'Alexa.Media.Search',
    name: 'GetPlayableContent',
    ...header,
    payloadVersion: '1.0',
  })
})

test('a music directive of somebody who has not linked has no token', (t) => {
  t.deepEqual(read(DIRECTIVES.music(null))?.tokens, [])
  t.is(read(DIRECTIVES.music(null))?.problem, undefined)
})

test('every token in a directive is read, each once', (t) => {
  const both = (first: string, second: string) => {
    const whole = DIRECTIVES['turn on'](first)
    return { directive: { ...whole.directive, payload: { scope: { token: second } } } }
  }
  t.deepEqual(read(both('T', 'T'))?.tokens, ['T'])
  t.deepEqual(read(both('T', 'U'))?.tokens, ['T', 'U'])
})

test('what is wrong with a directive that can be answered is said', (t) => {
  const change = (header: object, rest: object = {}) => {
    const { directive } = DIRECTIVES['turn on']('T')
    return read({ directive: { ...directive, header: { ...directive.header, ...header }, ...rest } })?.problem
  }
  t.is(change({}), undefined)
  t.is(change({ payloadVersion: '3.2' }), undefined)
  t.is(change({ payloadVersion: '2' }), 'payloadVersion is not 3')
  t.is(change({ correlationToken: 7 }), 'correlationToken')
  t.is(change({ correlationToken: 'c'.repeat(16_384) }), undefined)
  t.is(change({ correlationToken: 'c'.repeat(16_385) }), 'correlationToken')
  t.is(change({}, { endpoint: { endpointId: 'e'.repeat(256) } }), undefined)
  t.is(change({}, { endpoint: { endpointId: 'e'.repeat(257) } }), 'endpoint.endpointId')
  t.is(change({}, { endpoint: null }), 'endpoint.endpointId')
  for (const token of [7, null, {}, [], true, '', 'T'.repeat(4097)])
    t.is(read(DIRECTIVES['turn on'](token))?.problem, 'a token that is no text')
  t.is(read(DIRECTIVES.music(7))?.problem, 'a token that is no text')
})

test('what nobody could answer in the form of Alexa is no directive', (t) => {
  const { directive } = DIRECTIVES['turn on']('T')
  for (const value of [
    null,
    [],
    'directive',
    {},
    { directive: null },
    { directive: [directive] },
    { directive: { header: {} } },
    { directive: { ...directive, header: { ...directive.header, messageId: 7 } } },
    { directive: { ...directive, header: { ...directive.header, name: '' } } },
    { directive: { ...directive, header: { ...directive.header, namespace: 'Alexa\r\n' } } },
    { directive: { ...directive, header: { ...directive.header, messageId: 'm'.repeat(257) } } },
    { directive, ...DIRECTIVES.music('T') },
    { header: 'x' },
  ])
    t.is(read(value), undefined, JSON.stringify(value))
})

import test from 'ava'
import { rawHeader, rawHeaderValues, toRawHeaders } from '../../src/http/raw-headers.ts'

test('the header is found in every letter case, and no other is taken for it', (t) => {
  for (const name of ['x-forwarded-for', 'X-FORWARDED-FOR']) {
    t.deepEqual(rawHeaderValues([name, '203.0.113.9'], 'x-forwarded-for'), ['203.0.113.9'])
    t.is(rawHeader([name, '203.0.113.9'], 'x-forwarded-for'), '203.0.113.9')
  }
  for (const name of ['X_Forwarded_For', 'Forwarded', 'X-Real-IP', 'X-Forwarded-Fo', 'X-Forwarded-For-X']) {
    t.deepEqual(rawHeaderValues([name, '203.0.113.9'], 'x-forwarded-for'), [])
    t.is(rawHeader([name, '203.0.113.9'], 'x-forwarded-for'), undefined)
  }
  const asValue = ['A', 'X-Forwarded-For', '203.0.113.9', 'b']
  t.deepEqual(rawHeaderValues(asValue, 'x-forwarded-for'), [])
  t.is(rawHeader(asValue, 'x-forwarded-for'), undefined)
})

test('of several headers of one name all are found in their order, and the first alone where one is asked for', (t) => {
  const headers = ['Via', 'a', 'Host', 'h', 'via', 'b, c']
  t.deepEqual(rawHeaderValues(headers, 'via'), ['a', 'b, c'])
  t.is(rawHeader(headers, 'via'), 'a')
})

test('a list of values becomes as many headers, and an empty one none', (t) => {
  t.deepEqual(toRawHeaders({ A: '1', 'Set-Cookie': ['x', 'y'], B: [] }), [
    'A',
    '1',
    'Set-Cookie',
    'x',
    'Set-Cookie',
    'y',
  ])
})

import test from 'ava'
import { sentCertificates } from '../../../../src/app/doctor/outside/sent-certificates.ts'

const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff])
const u24 = (value: number) => Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff])
const record = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type, 3, 3]), u16(body.length), body])
const message = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type]), u24(body.length), body])
const certificates = (...all: string[]) => {
  const list = Buffer.concat(all.flatMap((one) => [u24(one.length), Buffer.from(one)]))
  return message(11, Buffer.concat([u24(list.length), list]))
}
const HELLO = message(2, Buffer.alloc(40))

const read = (heard: Buffer) => sentCertificates(heard).map(String)

test('certificates come in the order in which they were sent', (t) => {
  t.deepEqual(read(record(22, Buffer.concat([HELLO, certificates('own', 'between')]))), ['own', 'between'])
  t.deepEqual(read(Buffer.concat([record(22, HELLO), record(22, certificates('own'))])), ['own'])
})

test('a message may be cut into records anywhere', (t) => {
  const whole = Buffer.concat([HELLO, certificates('own', 'between')])
  for (let at = 1; at < whole.length; at++)
    t.deepEqual(read(Buffer.concat([record(22, whole.subarray(0, at)), record(22, whole.subarray(at))])), [
      'own',
      'between',
    ])
})

test('what is cut off, empty or no handshake has none', (t) => {
  const whole = record(22, Buffer.concat([HELLO, certificates('own', 'between')]))
  for (let length = 0; length < whole.length; length++) t.deepEqual(read(whole.subarray(0, length)), [])
  t.deepEqual(read(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), [])
  t.deepEqual(read(record(21, Buffer.from([2, 40]))), [])
  t.deepEqual(read(record(22, certificates())), [])
})

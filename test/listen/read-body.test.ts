import { once } from 'node:events'
import { connect } from 'node:tls'
import test from 'ava'
import { startTestHouse } from '../support/gateway.ts'

test('a form whose body does not arrive in time is answered 408, and the connection ends', async (t) => {
  const { port, ca } = await startTestHouse(t)
  const socket = connect({ port, host: 'localhost', ca })
  await once(socket, 'secureConnect')
  socket.write(
    'POST /alexa/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngra',
  )
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk
  t.regex(answer, /^HTTP\/1\.1 408 /)
  t.regex(answer, /connection: close/i)
  t.regex(answer, /\{"error":"request_timeout","error_description":"The request took too long to arrive\."\}$/)
})

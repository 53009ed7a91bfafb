import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import test from 'ava'
import { endSocket } from '../../src/net/end-socket.ts'

test('a connection that is over already gets no deadline, which would keep a process that stops', async (t) => {
  const socket = new PassThrough()
  socket.destroy()
  await once(socket, 'close')
  endSocket(socket)
  t.is(socket.listenerCount('close'), 0)
  const open = new PassThrough()
  endSocket(open)
  t.is(open.listenerCount('close'), 1)
  open.destroy()
})

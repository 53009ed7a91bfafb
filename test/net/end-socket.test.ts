import { once } from 'node:events'
import { Duplex, PassThrough } from 'node:stream'
import test from 'ava'
import { endSocket } from '../../src/net/end-socket.ts'

test('what still comes is read and forgotten, and the connection closes with its other end', async (t) => {
  let ended = false
  const socket = new Duplex({
    read() {},
    final(done) {
      ended = true
      done()
    },
  })
  endSocket(socket)
  socket.push('more than anybody wants')
  socket.push(null)
  await once(socket, 'close')
  t.true(ended)
  t.is(socket.readableLength, 0)
})

test('an end that the other side never takes has a deadline', async (t) => {
  const socket = new Duplex({ read() {}, write() {}, final() {} })
  endSocket(socket)
  await once(socket, 'close')
  t.true(socket.destroyed)
  t.false(socket.writableFinished)
})

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

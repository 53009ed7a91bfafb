import test from 'ava'
import { isPublishable } from '../../../src/gateway/audio/publishable.ts'

const stream = (target: string) => isPublishable(target, { images: false })
const picture = (path: string) => isPublishable(`/imageproxy?path=${path}`, { images: true })

test('streams are published, in whatever letters their players are named', (t) => {
  for (const target of [
    '/flow/s/q/i/p.mp3',
    '/flow/q/i/p.mp3',
    '/single/s/q/i/p.flac',
    '/flow/s/q/i/B%C3%BCro%20Echo.mp3',
    '/single/s/q/a;b=c/p.mp3',
  ])
    t.true(stream(target), target)
})

test('nothing else of that port is ever published, however it is written', (t) => {
  for (const target of [
    '/',
    '/flow',
    '/flow/',
    '/flow?x=/flow/a',
    '/FLOW/a',
    '/flow//a',
    '/flow/a/',
    '/flow/../command/q/next.mp3',
    '/flow/%2e%2e/command/q/next.mp3',
    '/flow/..%2fcommand/q/next.mp3',
    '/flow/%252e%252e/command/q/next.mp3',
    '/flow/a\\..\\command',
    '/flow/..;/command/q/next.mp3',
    '/flow/a#b',
    '/flow/a?b=c',
    '/flow/a b',
    '/flow/ü',
    '/fl%6fw/a',
    'flow/a',
    '//flow/a',
    'http://127.0.0.1:8097/flow/a',
    '/command/q/next.mp3',
    '/announcement/p.mp3',
    '/imageproxy/id',
    '/imageproxy?path=a.jpg',
    '/imageproxy',
    '/single.mp3',
    '/flowing/a',
  ])
    t.false(stream(target), target)
})

test('pictures are published where they are switched on, from the open internet and from the library', (t) => {
  for (const path of [
    'https%3A%2F%2Fi.scdn.co%2Fimage%2Fab&size=500',
    'https%253A%252F%252Fi.scdn.co%252Fimage%252Fab',
    'http%3A%2F%2Fexample.com%2Fa.jpg&provider=x',
    'Artist%2FAlbum%2Fcover.jpg',
    'B%C3%BCcher%2Fcover.jpg',
  ])
    t.true(picture(path), path)
  t.false(isPublishable('/imageproxy/x?path=a.jpg', { images: true }))
})

test('no picture is fetched from the home network, nor from the server itself', (t) => {
  for (const path of [
    'http://127.0.0.1:8097/command/q/next.mp3',
    'http%3A%2F%2F127.0.0.1%2Fcommand%2Fq%2Fnext.mp3',
    'http%253A%252F%252F127.0.0.1%252Fx',
    'http%25253A%25252F%25252F127.0.0.1%25252Fx',
    'http://2130706433/x',
    'http://0x7f.1/x',
    'http://0177.0.0.1/x',
    'http://127.1/x',
    'http://[::1]/x',
    'http://[::ffff:7f00:1]/x',
    'http://192.168.1.5/x',
    'http://8.8.8.8/x',
    'http://localhost/x',
    'http://localhost./x',
    'http://nas/x',
    'http://nas.local/x',
    'http://nas.fritz.box/x',
    'http://nas.home.arpa/x',
    'http://example.com:8097/x',
    'http://user@example.com/x',
    'file:///etc/passwd',
    'ftp://example.com/x',
    '//127.0.0.1/x',
    '%5C%5C127.0.0.1/x',
    '%0ahttp://127.0.0.1/x',
    '%C2%A0http://127.0.0.1/x',
    'javascript:alert(1)',
    'https://example.com/a.jpg&path=http://127.0.0.1/x',
    '%',
  ])
    t.false(picture(path), path)
})

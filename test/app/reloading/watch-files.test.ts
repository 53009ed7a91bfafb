import { execFileSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import {
  appendFileSync,
  type FSWatcher,
  mkdirSync,
  watch as nodeWatch,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type WatchOptions, watchFiles } from '../../../src/app/reloading/watch-files.ts'
import { temporaryFolder } from '../../support/environment.ts'

const SETTLE_MS = 5
/** So long that whatever a test sees was told by the folder. */
const NEVER_MS = 3_600_000

/** Watches, and takes down what is in the first file at each call. */
async function watching(t: ExecutionContext, files: string[], options: WatchOptions = {}) {
  const [file = ''] = files
  const calls = new EventEmitter()
  const seen: string[] = []
  const watcher = watchFiles(
    files,
    () => {
      seen.push(read(file))
      calls.emit('call')
    },
    { settleMs: SETTLE_MS, pollMs: NEVER_MS, ...options },
  )
  t.teardown(watcher.close)
  stayAlive(t)
  await watcher.ready
  const until = async (content: string) => {
    while (seen.at(-1) !== content) await once(calls, 'call')
  }
  const nextCall = () => once(calls, 'call')
  return { ...watcher, seen, until, nextCall }
}

/** Watching keeps no process alive, so a test that waits for it has to. */
function stayAlive(t: ExecutionContext): void {
  const timer = setInterval(() => {}, NEVER_MS)
  t.teardown(() => clearInterval(timer))
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return 'not there'
  }
}

/** As Node's, and says what it was told and what became of it. */
function observedWatch() {
  const told = new EventEmitter()
  const watchers: FSWatcher[] = []
  const watch: WatchOptions['watch'] = (folder, listener) => {
    const watcher = nodeWatch(folder, { persistent: false }, (event, name) => {
      listener(event, name)
      told.emit(`${name}`)
    })
    watchers.push(watcher)
    return watcher
  }
  return { watch, told, watchers }
}

/** Real timers, of which those that wait for the files to settle are counted. */
function observedTimers() {
  const events = new EventEmitter()
  const running = new Set<number>()
  let count = 0
  const settling = () => count
  const startTimer: WatchOptions['startTimer'] = (run, ms) => {
    if (ms === SETTLE_MS) count += 1
    const id = setTimeout(() => {
      running.delete(Number(id))
      run()
      if (ms === SETTLE_MS) events.emit('settled')
    }, ms)
    running.add(Number(id))
    return () => {
      running.delete(Number(id))
      clearTimeout(id)
    }
  }
  return { startTimer, events, running, settling }
}

const waysToSave: Record<string, (file: string, content: string) => void> = {
  'written in place': (file, content) => writeFileSync(file, content),
  'emptied and appended to': (file, content) => {
    writeFileSync(file, '')
    for (const letter of content) appendFileSync(file, letter)
  },
  'written beside and renamed over it': (file, content) => {
    writeFileSync(`${file}.tmp`, content)
    renameSync(`${file}.tmp`, file)
  },
  'renamed to a backup and made anew': (file, content) => {
    renameSync(file, `${file}~`)
    writeFileSync(file, content)
  },
  'deleted and made anew': (file, content) => {
    rmSync(file)
    writeFileSync(file, content)
  },
}

for (const [way, save] of Object.entries(waysToSave)) {
  test(`a file that is ${way} has changed, each time`, async (t) => {
    const file = join(temporaryFolder(t), 'gateway.yaml')
    writeFileSync(file, 'first')
    const { until } = await watching(t, [file])
    for (const content of ['second', 'third', 'fourth']) {
      save(file, content)
      await until(content)
    }
    t.pass()
  })

  test(`a file behind a symlink that is ${way} has changed`, async (t) => {
    const folder = temporaryFolder(t)
    mkdirSync(join(folder, 'there'))
    writeFileSync(join(folder, 'there/key.pem'), 'first')
    symlinkSync('there/key.pem', join(folder, 'key.pem'))
    const { until } = await watching(t, [join(folder, 'key.pem')])
    for (const content of ['second', 'third']) {
      save(join(folder, 'there/key.pem'), content)
      await until(content)
    }
    t.pass()
  })
}

test('a file that is deleted has changed, and again when it is back', async (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, 'first')
  const { until, seen } = await watching(t, [file])
  rmSync(file)
  await until('not there')
  writeFileSync(file, 'first')
  await until('first')
  t.deepEqual(seen, ['not there', 'first'])
})

/** What certbot does: live/key.pem -> ../archive/key1.pem. */
test('a symlink that is turned to another file has changed, and what it leads to now is watched', async (t) => {
  const folder = temporaryFolder(t)
  for (const name of ['live', 'archive']) mkdirSync(join(folder, name))
  const file = join(folder, 'live/key.pem')
  writeFileSync(join(folder, 'archive/key1.pem'), 'first')
  symlinkSync('../archive/key1.pem', file)
  const { until } = await watching(t, [file])

  writeFileSync(join(folder, 'archive/key2.pem'), 'second')
  symlinkSync('../archive/key2.pem', `${file}.new`)
  renameSync(`${file}.new`, file)
  await until('second')
  writeFileSync(join(folder, 'archive/key2.pem'), 'second, mended')
  await until('second, mended')
  t.pass()
})

/** What Kubernetes does: gateway.yaml -> ..data/gateway.yaml, ..data -> ..1. */
test('a folder behind a symlink that is turned has changed its files, each time', async (t) => {
  const folder = temporaryFolder(t)
  const lay = (number: string) => {
    mkdirSync(join(folder, `..${number}`))
    writeFileSync(join(folder, `..${number}`, 'gateway.yaml'), number)
    symlinkSync(`..${number}`, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  lay('1')
  symlinkSync('..data/gateway.yaml', join(folder, 'gateway.yaml'))
  const { until } = await watching(t, [join(folder, 'gateway.yaml')])
  for (const number of ['2', '3']) {
    lay(number)
    await until(number)
    rmSync(join(folder, `..${Number(number) - 1}`), { recursive: true })
  }
  writeFileSync(join(folder, '..3/gateway.yaml'), 'in place')
  await until('in place')
  t.pass()
})

test('a folder that comes only later is found, however deep', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'ssl/live/key.pem')
  const { until } = await watching(t, [file])
  mkdirSync(join(folder, 'ssl'))
  mkdirSync(join(folder, 'ssl/live'))
  writeFileSync(file, 'first')
  await until('first')
  writeFileSync(file, 'second')
  await until('second')
  t.pass()
})

test('a folder that goes away and comes back is watched again', async (t) => {
  const folder = join(temporaryFolder(t), 'ssl')
  const file = join(folder, 'key.pem')
  mkdirSync(folder)
  writeFileSync(file, 'first')
  const { until } = await watching(t, [file])
  for (const round of ['a', 'b']) {
    rmSync(folder, { recursive: true })
    await until('not there')
    mkdirSync(folder)
    writeFileSync(file, round)
    await until(round)
    writeFileSync(file, `${round}, mended`)
    await until(`${round}, mended`)
  }
  t.pass()
})

test('a folder that another is put in the place of is watched in its new shape', async (t) => {
  const parent = temporaryFolder(t)
  const file = join(parent, 'conf/gateway.yaml')
  for (const name of ['conf', 'conf.new']) mkdirSync(join(parent, name))
  writeFileSync(file, 'first')
  writeFileSync(join(parent, 'conf.new/gateway.yaml'), 'second')
  const { until } = await watching(t, [file])
  renameSync(join(parent, 'conf'), join(parent, 'conf.old'))
  renameSync(join(parent, 'conf.new'), join(parent, 'conf'))
  await until('second')
  writeFileSync(file, 'third')
  await until('third')
  t.pass()
})

test('of several changes in a row, the last is told', async (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, 'first')
  const { until, seen } = await watching(t, [file])
  for (let i = 0; i <= 50; i++) {
    waysToSave[Object.keys(waysToSave)[i % 5] as string]?.(file, `change ${i}`)
    if (i % 10 === 0) await new Promise(setImmediate)
  }
  await until('change 50')
  t.true(seen.length <= 51)
})

test('what happens to other files in the folder is not even looked at', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'app.secret')
  writeFileSync(file, 'first')
  const { watch, told } = observedWatch()
  const { startTimer, settling } = observedTimers()
  const { until, seen } = await watching(t, [file], { watch, startTimer })
  const other = once(told, 'skillgate.sqlite-wal')
  writeFileSync(join(folder, 'skillgate.sqlite-wal'), 'of somebody else')
  await other
  t.is(settling(), 0)
  writeFileSync(file, 'second')
  await until('second')
  t.deepEqual(seen, ['second'])
})

test('a file that was touched, or written with the same content, has not changed', async (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, 'first')
  const { startTimer, events } = observedTimers()
  const { set, until, seen } = await watching(t, [file], { startTimer })
  for (const keep of [
    () => utimesSync(file, 1, 1),
    () => writeFileSync(file, 'first'),
    () => waysToSave['written beside and renamed over it']?.(file, 'first'),
  ]) {
    const settled = once(events, 'settled')
    keep()
    await settled
    // It comes after the look that has begun.
    await set([file])
    t.deepEqual(seen, [])
  }
  writeFileSync(file, 'second')
  await until('second')
})

test('any of the files counts, each with its own folder', async (t) => {
  const files = ['gateway.yaml', 'ssl/cert.pem', 'ssl/key.pem'].map((name) => join(temporaryFolder(t), name))
  const log = join(temporaryFolder(t), 'log')
  for (const file of files) {
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, 'first')
  }
  const { until } = await watching(t, [log, ...files])
  for (const [i, file] of files.entries()) {
    writeFileSync(log, `${i}`)
    await until(`${i}`)
    writeFileSync(file, 'second')
  }
  writeFileSync(log, 'end')
  await until('end')
  t.pass()
})

test('other files can be watched in place of the former, and no change is lost in between', async (t) => {
  const folder = temporaryFolder(t)
  const [one, two, three] = ['one', 'two', 'three'].map((name) => join(folder, name)) as [string, string, string]
  for (const file of [one, two, three]) writeFileSync(file, 'first')
  const { watch, told } = observedWatch()
  const { startTimer, settling } = observedTimers()
  const { set, until, nextCall, seen } = await watching(t, [one, two], { watch, startTimer })

  writeFileSync(one, 'second')
  await set([one, three])
  await until('second')
  const before = settling()
  const event = once(told, 'two')
  writeFileSync(two, 'nobody looks')
  await event
  t.is(settling(), before)
  t.deepEqual(seen, ['second'])
  const call = nextCall()
  writeFileSync(three, 'counts')
  await call
  t.deepEqual(seen, ['second', 'second'])
})

test('a folder in which nothing is watched any more is left alone', async (t) => {
  const [one, two] = [join(temporaryFolder(t), 'one'), join(temporaryFolder(t), 'two')]
  const { watch, watchers } = observedWatch()
  const { set } = await watching(t, [one], { watch })
  const closed = once(watchers[0] as FSWatcher, 'close')
  await set([two])
  await closed
  t.is(watchers.length, 2)
})

test('a folder whose parent was exchanged is watched anew at the next look', async (t) => {
  const parent = temporaryFolder(t)
  const file = join(parent, 'a/b/gateway.yaml')
  for (const name of ['a/b', 'c/b']) mkdirSync(join(parent, name), { recursive: true })
  writeFileSync(file, 'first')
  writeFileSync(join(parent, 'c/b/gateway.yaml'), 'second')
  const { watch, watchers } = observedWatch()
  const { until } = await watching(t, [file], { watch, pollMs: 5 })
  renameSync(join(parent, 'a'), join(parent, 'old'))
  renameSync(join(parent, 'c'), join(parent, 'a'))
  await until('second')
  t.true(watchers.length > 1)
})

test('where no folder can be watched, the files are looked at from time to time', async (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, 'first')
  const watch = () => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' })
  }
  const { until } = await watching(t, [file], { watch, pollMs: 5 })
  for (const [way, save] of Object.entries(waysToSave)) {
    save(file, way)
    await until(way)
  }
  t.pass()
})

test('where a folder tells nothing, as on a network file system, the files are looked at from time to time', async (t) => {
  const [folder, quiet] = [temporaryFolder(t), temporaryFolder(t)]
  const file = join(folder, 'ssl/key.pem')
  const { until } = await watching(t, [file], { watch: () => nodeWatch(quiet, { persistent: false }), pollMs: 5 })
  mkdirSync(join(folder, 'ssl'))
  for (const content of ['first', 'second']) {
    writeFileSync(file, content)
    await until(content)
  }
  t.pass()
})

test('a watcher that fails is replaced at the next look', async (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, 'first')
  const { watch, watchers } = observedWatch()
  const { until } = await watching(t, [file], { watch, pollMs: 5 })
  watchers[0]?.emit('error', Object.assign(new Error('too many'), { code: 'EMFILE' }))
  while (watchers.length < 2) await new Promise(setImmediate)
  writeFileSync(file, 'second')
  await until('second')
  t.is(watchers.length, 2)
})

test('a pipe among the files holds up none of the others', async (t) => {
  const folder = temporaryFolder(t)
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, 'first')
  const { until } = await watching(t, [file, join(folder, 'pipe')])
  writeFileSync(file, 'second')
  await until('second')
  t.pass()
})

test('of a large file the outside is compared, and a change of it told', async (t) => {
  const file = join(temporaryFolder(t), 'huge')
  writeFileSync(file, 'a'.repeat(1_048_577))
  const { until } = await watching(t, [file])
  writeFileSync(file, 'b'.repeat(1_048_577))
  await until('b'.repeat(1_048_577))
  t.pass()
})

test('after closing there is no watcher, no timer and no call', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, 'first')
  const { watch, watchers, told } = observedWatch()
  const { startTimer, running, events } = observedTimers()
  const { close, set, seen } = await watching(t, [file], { watch, startTimer })
  const [event, settled] = [once(told, 'gateway.yaml'), once(events, 'settled')]
  writeFileSync(file, 'second')
  await event
  await settled
  const closings = watchers.map((watcher) => once(watcher, 'close'))
  close()
  await Promise.all(closings)
  await set([file])
  t.is(running.size, 0)
  t.is(watchers.length, 1)
  t.deepEqual(seen, [])
  t.notThrows(close)
})

test('watching keeps no process alive', (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, 'first')
  const source = `
    import { watchFiles } from ${JSON.stringify(join(import.meta.dirname, '../../../src/app/reloading/watch-files.ts'))}
    await watchFiles([${JSON.stringify(file)}], () => {}).ready
    console.log('watching')`
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', source], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  t.is(printed, 'watching\n')
})

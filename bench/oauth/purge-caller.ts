import { randomBytes } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'

// Asks the thread with the store for something, again and again, and tells how long each answer took: that includes
// the waiting for whatever else that thread is doing. Its questions come at random moments, as those of people do.

const port = parentPort!
const { least, most } = workerData as { least: number; most: number }
let asked = 0

function ask(): void {
  asked = performance.now()
  port.postMessage({ id: randomBytes(32).toString('base64url') })
}

port.on('message', () => {
  port.postMessage({ took: performance.now() - asked })
  const pause = least + Math.random() * (most - least)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
  ask()
})
ask()

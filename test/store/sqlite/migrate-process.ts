// node migrate-process.ts FILE [STEP COUNT]: opens the store, which migrates it, in a process of its own. When it has
// got to that step for that many times it is killed, as by kill -9.
import { openKeyvStore } from '../../../src/store/keyv-store.ts'

const [file = '', deadly, count = '1'] = process.argv.slice(2)
let left = Number(count)
const store = await openKeyvStore(file, () => 0, {
  step: (step) => {
    if (step === deadly && --left === 0) process.kill(process.pid, 'SIGKILL')
  },
  onMigrated: () => console.log('migrated'),
})
await store.close()
console.log('opened')

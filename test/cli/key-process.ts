// node key-process.ts FOLDER [STEP]: rotates the key of this data folder in a process of its own, which is killed when it
// has got to that step, as by kill -9.
import { openKeys } from '../../src/app/data/open-keys.ts'
import { openStore } from '../../src/app/data/open-store.ts'
import { rotateKey } from '../../src/app/data/rotate-key.ts'
import { systemEnvironment } from '../../src/config/environment.ts'
import { keyFile } from '../../src/secrets/key-file.ts'

const [data_dir = '', deadly] = process.argv.slice(2)
const store = await openStore({ data_dir }, systemEnvironment)
const sealer = await openKeys({ data_dir }, store, systemEnvironment)
const sealed = await rotateKey({
  file: keyFile(data_dir),
  store,
  sealer,
  environment: systemEnvironment,
  step: (step) => {
    if (step === deadly) process.kill(process.pid, 'SIGKILL')
  },
})
await store.close()
console.log(sealed)

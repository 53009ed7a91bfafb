import { askGateway } from '../app/process/control-socket.ts'
import { loadConfig } from '../config/load.ts'
import type { World } from './world.ts'

/** `skillgate reload`: asks the running gateway to take the configuration over, and shows what it said. */
export async function reload({ configFile, variables, print }: World): Promise<number> {
  // Every mistake is told here too, also where no gateway runs.
  const { data_dir } = loadConfig(configFile, variables)
  const { ok, lines } = await askGateway(data_dir, 'reload')
  for (const line of lines) print(line)
  if (!ok) print('Nothing was changed: the configuration before is served on.')
  return ok ? 0 : 1
}

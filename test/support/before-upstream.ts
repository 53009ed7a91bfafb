import type { ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from './gateway.ts'

/** A gateway before an upstream of the test's own, in the place of the stand-in for Music Assistant. */
export function startBefore(t: ExecutionContext, { url }: { url: string }): Promise<TestHouse> {
  return startTestHouse(t, ({ upstreams }) => {
    upstreams['music-assistant'].url = url
  })
}

/** A gateway whose upstream gets the shortest time there is to begin its answer, for tests that wait for its end. */
export function startImpatient(t: ExecutionContext): Promise<TestHouse> {
  return startTestHouse(t, ({ upstreams }) => {
    upstreams['music-assistant'].response_timeout = 1
  })
}

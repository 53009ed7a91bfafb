/** Does one job after the other, whatever becomes of each. */
export type InTurn = <Result>(job: () => Promise<Result>) => Promise<Result>

export function openTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const done = last.then(job)
    last = done.catch(() => {})
    return done
  }
}

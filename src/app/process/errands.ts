/** What is done in a process of its own, that is there only while it works; `src/errand.ts` knows how. */
export interface Errands {
  /**
   * One after another.
   * @param job what is to be done, in JSON; its `kind` says by which file.
   * @param answer what the job asks meanwhile, such as to serve a challenge.
   * @throws ErrandError with what the job says in words, or that it didn't end.
   */
  run: <Result>(job: ErrandJob, answer?: (question: unknown) => Promise<unknown>) => Promise<Result>
  close: () => Promise<void>
}

export interface ErrandJob {
  kind: 'order' | 'staple'
}

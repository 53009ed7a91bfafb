/** One thing that Alexa does: what ought to come of it, and what came. */
export interface Trial {
  name: string
  expected: string
  came: string
  ok: boolean
}

/** Is told each as it ends. */
export type TellTrial = (trial: Trial) => void

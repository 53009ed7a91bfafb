import { html } from '../html.ts'

export const enAccount = {
  title: 'What you have linked',
  signedInAs: (name: string, host: string) =>
    html`You are signed in to <strong>${host}</strong> as <strong>${name}</strong>.`,
  nothing: 'You have linked no app and no device.',
  can: 'It can',
  since: (day: string) => `Linked on ${day}.`,
  idle: (days: number) => {
    if (days === 0) return 'Used within the last 24 hours.'
    return days === 1 ? 'Not used for a day.' : `Not used for ${days} days.`
  },
  end: (client: string) => `End the link with ${client}`,
  ended: (client: string) => `${client} can do nothing in your name any more, unless you link it again.`,

  /** Somebody signs in to go on to another page. */
  enter: {
    title: (host: string) => `Sign in to ${host}`,
    goesOn: (host: string) => html`Then you go on to <strong>${host}</strong>.`,
    button: 'Sign in',
  },
}

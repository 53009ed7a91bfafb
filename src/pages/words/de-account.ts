import { html } from '../html.ts'
import type { enAccount } from './en-account.ts'

export const deAccount: typeof enAccount = {
  title: 'Was Sie verknüpft haben',
  signedInAs: (name, host) => html`Sie sind bei <strong>${host}</strong> als <strong>${name}</strong> angemeldet.`,
  nothing: 'Sie haben keine App und kein Gerät verknüpft.',
  can: 'Darf',
  since: (day) => `Verknüpft am ${day}.`,
  idle: (days) => {
    if (days === 0) return 'In den letzten 24 Stunden benutzt.'
    return days === 1 ? 'Seit einem Tag nicht benutzt.' : `Seit ${days} Tagen nicht benutzt.`
  },
  end: (client) => `Verknüpfung mit ${client} beenden`,
  ended: (client) => `${client} kann in Ihrem Namen nichts mehr tun, bis Sie die Verknüpfung erneuern.`,

  enter: {
    title: (host) => `Bei ${host} anmelden`,
    goesOn: (host) => html`Danach geht es weiter zu <strong>${host}</strong>.`,
    button: 'Anmelden',
  },
}

import { html } from '../html.ts'
import { deAccount } from './de-account.ts'
import { deErrors } from './de-errors.ts'
import type { Words } from './words-for.ts'

export const de: Words = {
  error: (title) => `Fehler: ${title}`,
  approve: 'Erlauben',
  deny: 'Ablehnen',
  continue: 'Weiter',

  link: {
    title: (client) => `${client} verknüpfen`,
    asks: (client, host) => html`${client} möchte auf Ihr Konto bei <strong>${host}</strong> zugreifen.`,
    caution: 'Wenn Sie das nicht gerade selbst veranlasst haben, wählen Sie „Ablehnen“: Dann ändert sich nichts.',
    afterwards: (client, approve) => `„${approve}“ und „Ablehnen“ führen beide zurück zu ${client}.`,
    unverified: (client) =>
      html`Ob das wirklich „<bdi>${client}</bdi>“ ist, hat niemand geprüft: Den Namen hat sich die App selbst gegeben.`,
    vouched: (client, host) => html`<strong>${host}</strong> bürgt für diese App und nennt sie „<bdi>${client}</bdi>“.`,
    backToHost: (host) =>
      html`Danach geht es zurück zu <strong>${host}</strong>. Erlauben Sie den Zugriff nur, wenn Sie von dort kommen.`,
    backToProgram: html`Danach geht es zurück zu einem <strong>Programm auf diesem Gerät</strong>, und diesen Namen kann
sich jedes Programm geben. Erlauben Sie den Zugriff nur, wenn Sie es gerade selbst gestartet haben.`,
    backToApp: (scheme, rest) =>
      html`Danach öffnet sich eine App auf diesem Gerät, die sich <strong>${scheme}</strong>${rest} nennt. Erlauben Sie den Zugriff nur,
wenn Sie sie gerade selbst gestartet haben.`,
  },
  device: {
    title: (client) => `${client} verbinden`,
    asks: (client, host) =>
      html`Das Gerät, dessen Code Sie eingegeben haben, meldet sich als ${client}. Es möchte auf Ihr Konto bei
<strong>${host}</strong> zugreifen.`,
    caution:
      'Erlauben Sie das nur, wenn Sie das Gerät vor sich haben. Hat Ihnen jemand den Code geschickt, wählen Sie „Ablehnen“.',
    afterwards: () => 'Am Gerät geht es danach von selbst weiter.',
    unverified: (client) =>
      html`Ob das wirklich „<bdi>${client}</bdi>“ ist, hat niemand geprüft: Den Namen hat sich das Gerät selbst gegeben.`,
    vouched: (client, host) =>
      html`<strong>${host}</strong> hat eine App namens „<bdi>${client}</bdi>“, aber jedes Gerät kann sich als diese App ausgeben.`,
  },
  linkAccount: 'Bitte verknüpfe dein Konto in der Alexa-App. Dort liegt jetzt eine Karte dafür.',
  permissions: 'Damit wird möglich',
  ending: (host) => `Wer ${host} betreibt, kann den Zugriff jederzeit beenden.`,

  signIn: {
    heading: (host) => `Bei ${host} anmelden`,
    with: {
      'music-assistant': () =>
        'Mit Ihrem Konto von Music Assistant: Benutzername und Passwort sind dieselben wie dort.',
      either: (host) =>
        html`Mit Ihrem Konto bei <strong>${host}</strong> oder mit Ihrem Konto von Music Assistant, mit Benutzername und Passwort
wie dort.`,
    },
    username: 'Benutzername',
    password: 'Passwort',
    secondFactor: 'Noch ein Schritt',
    secondFactorFor: (title) => `Noch ein Schritt: ${title}`,
    otp: 'Code aus Ihrer Authenticator-App',
    otpHint: 'Sechs Ziffern. Einer Ihrer Wiederherstellungscodes geht auch.',
    unlock: 'Code, um es sofort zu versuchen',
    unlockHint: (host) =>
      html`Wenn Sie nicht warten können: Wer <strong>${host}</strong> betreibt, kann Ihnen einen Code geben, der zehn Minuten
lang gilt. Geben Sie ihn hier ein, und alles andere noch einmal.`,
    signedInAs: (name) => html`Sie sind als <strong>${name}</strong> angemeldet.`,
    signedIn: 'Sie sind angemeldet.',
    signInAsSomebodyElse: (name) =>
      name === undefined ? 'Mit einem anderen Konto anmelden' : `Nicht ${name}? Mit einem anderen Konto anmelden`,
  },

  admin: {
    title: 'Dieses Konto darf alles',
    titleFor: (title) => `Noch eine Frage: ${title}`,
    mayEverything:
      'Es gehört zur Verwaltung von Music Assistant: Es darf dort jede Einstellung ändern und alles sehen und löschen.',
    better: (client) =>
      `Sicherer ist es, ${client} mit einem eigenen Konto für den Alltag zu verknüpfen, das nur Musik abspielt. Dieses trotzdem verknüpfen?`,
    approve: 'Trotzdem verknüpfen',
  },

  problems: {
    'wrong-password': 'Benutzername oder Passwort stimmt nicht. Versuchen Sie es noch einmal.',
    'wrong-code':
      'Dieser Code stimmt nicht. Jeder gilt nur einmal und eine halbe Minute lang: Nehmen Sie den, der jetzt angezeigt wird.',
    expired: 'Das hat zu lange gedauert. Melden Sie sich noch einmal an.',
    'wrong-unlock-code':
      'Der Code, um es sofort zu versuchen, stimmt für diesen Benutzernamen nicht. Jeder gilt nur einmal und zehn Minuten lang: Lassen Sie sich einen neuen geben.',
    guest:
      'Das ist ein Gastkonto von Music Assistant, und Gäste können nichts verknüpfen. Melden Sie sich mit einem anderen Konto an, oder bitten Sie um eines, wer Music Assistant betreibt.',
    'account-disabled':
      'Dieses Konto ist in Music Assistant abgeschaltet. Wer Music Assistant betreibt, kann es wieder einschalten.',
    unreachable:
      'Music Assistant, das Ihr Passwort kennt, kann gerade nicht gefragt werden: Niemand hat geprüft, was Sie eingegeben haben. Sehen Sie nach, ob es läuft, und versuchen Sie es in einer Minute noch einmal.',
    'account-wait': (seconds) =>
      `Zu viele Anmeldeversuche für dieses Konto sind fehlgeschlagen. Music Assistant nimmt ${inTheNextSeconds(seconds)} kein Passwort dafür an, auch nicht das richtige. Versuchen Sie es danach noch einmal.`,
    'account-unreachable':
      'Music Assistant antwortet gerade nicht, deshalb wurde nichts verknüpft. Es ist nichts verloren: Versuchen Sie es in einer Minute noch einmal.',
    'account-forgotten':
      'Music Assistant weiß nicht mehr, dass Sie angemeldet sind, deshalb wurde nichts verknüpft. Melden Sie sich noch einmal an. Ändert das nichts, muss Ihr Konto neu verbinden, wer dieses Gateway betreibt.',
    'account-refused':
      'Music Assistant gibt diesem Konto keinen dauerhaften Zugang, deshalb wurde nichts verknüpft. Gäste können keinen haben: Bitten Sie den, der es betreibt, um ein eigenes Konto.',
    'unknown-code':
      'Mit diesem Code wartet kein Gerät. Vergleichen Sie die beiden. Sind sie gleich, ist der Code abgelaufen: Lassen Sie sich vom Gerät einen neuen zeigen.',
    'wait-password': (minutes) =>
      `Zu viele Anmeldeversuche sind fehlgeschlagen. Damit niemand Passwörter durchprobieren kann, wird ${inTheNext(minutes)} keines angenommen, auch nicht das richtige. Versuchen Sie es danach noch einmal.`,
    'wait-code': (minutes) =>
      `Zu viele Codes waren falsch. Damit niemand Codes durchprobieren kann, wird ${inTheNext(minutes)} keiner angenommen, auch nicht der richtige. Versuchen Sie es danach noch einmal.`,
  },

  deviceCode: {
    title: 'Gerät verbinden',
    whatToType: (host) =>
      html`Geben Sie den Code ein, den das Gerät anzeigt, um es mit <strong>${host}</strong> zu verbinden.`,
    compare: (host) =>
      html`Zeigt das Gerät, das Sie mit <strong>${host}</strong> verbinden möchten, genau diesen Code?`,
    caution: 'Hat Ihnen jemand einen Code oder einen Link zu dieser Seite geschickt, schließen Sie die Seite.',
    label: 'Code auf dem Gerät',
    hint: 'Groß- und Kleinschreibung und Bindestriche spielen keine Rolle.',
  },
  deviceDone: {
    approved: (client) => `${client} ist verbunden`,
    approvedNow: 'Am Gerät geht es in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.',
    denied: 'Es wurde nichts verbunden',
    deniedNow: (client) => `${client} weiß, dass Sie abgelehnt haben. Sie können diese Seite schließen.`,
  },
  signOut: {
    title: 'Abmelden',
    signedInAs: (name, host) =>
      html`In diesem Browser ist <strong>${name}</strong> bei <strong>${host}</strong> angemeldet.`,
    nobody: (host) => html`In diesem Browser ist niemand bei <strong>${host}</strong> angemeldet.`,
    stays: 'Verknüpfte Apps und verbundene Geräte bleiben, wie sie sind.',
    button: 'Abmelden',
    done: 'Sie sind abgemeldet',
    doneNow: (host) =>
      `Wer diesen Browser als Nächstes benutzt, muss sich bei ${host} neu anmelden. Sie können diese Seite schließen.`,
  },

  account: deAccount,

  errors: deErrors,
}

function inTheNext(minutes: number): string {
  return minutes === 1 ? 'in der nächsten Minute' : `in den nächsten ${minutes} Minuten`
}

function inTheNextSeconds(seconds: number): string {
  return seconds === 1 ? 'in der nächsten Sekunde' : `in den nächsten ${seconds} Sekunden`
}

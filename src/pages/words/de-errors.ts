import type { enErrors } from './en-errors.ts'

export const deErrors: typeof enErrors = {
  ambiguous_request: {
    title: 'Diese Anfrage ist nicht eindeutig',
    sentences: [
      'Sie lässt sich auf mehr als eine Art lesen und wurde deshalb nicht weitergegeben. Prüfen Sie, ob die Adresse richtig geschrieben ist.',
    ],
  },
  not_a_directive: {
    title: 'Nicht für Browser',
    sentences: ['Diese Adresse nimmt nur, was Alexa sendet. Hier gibt es nichts zu sehen.'],
  },
  upgrade_not_allowed: {
    title: 'Diese Anfrage ist nicht eindeutig',
    sentences: ['Diese Adresse nimmt keine solche Verbindung an. Öffnen Sie sie als gewöhnliche Seite.'],
  },
  skill_request_refused: {
    title: 'Nur für Alexa',
    sentences: ['Diese Adresse beantwortet, was Alexa an einen Skill schickt. Für einen Browser gibt es hier nichts.'],
  },
  chain_unavailable: {
    title: 'Im Moment nicht verfügbar',
    sentences: [
      'Die Zertifikate von Alexa sind gerade nicht zu bekommen. Versuchen Sie es in ein paar Sekunden noch einmal.',
    ],
  },
  foreign_origin: {
    title: 'Nicht von dieser Seite',
    sentences: [
      'Eine Seite unter einer anderen Adresse wollte sich hierher verbinden. Öffnen Sie die Seite, die zu dieser Adresse gehört.',
    ],
  },
  foreign_request: {
    title: 'Nicht von dieser Seite aus',
    sentences: [
      'Eine andere Seite wollte etwas in Ihrem Namen tun. Wenn Sie das selbst waren, tun Sie es auf der Seite selbst.',
    ],
  },
  service_worker_refused: {
    title: 'Hier nicht verfügbar',
    sentences: [
      'Eine Seite wollte auch ohne ihren Server arbeiten. Das ist hier abgeschaltet, die Seite selbst funktioniert.',
    ],
  },
  not_a_trusted_proxy: {
    title: 'Nicht auf diesem Weg',
    sentences: [
      'An diesen Port darf nur der vorgeschaltete Proxy. Öffnen Sie stattdessen die https-Adresse.',
      'Ist dies Ihr Gateway und der Proxy Ihrer: Tragen Sie seine Adresse, die im Log des Gateways steht, in listen.trusted_proxies ein.',
    ],
  },
  forwarded_without_https: {
    title: 'Nicht ohne https',
    sentences: [
      'Öffnen Sie stattdessen die https-Adresse.',
      'Kamen Sie über https und ist dies Ihr Gateway: Sein Proxy muss X-Forwarded-Proto auf https setzen, genau einmal. Im Log des Gateways steht, was ankam.',
    ],
  },
  proxy_in_front: {
    title: 'Der Proxy kommt zum falschen Port',
    sentences: [
      'Ein vorgeschalteter Proxy hat https schon beendet, und dieser Port leitet nur auf https um: Sie würden endlos hin- und hergeschickt.',
      'Ist dies Ihr Gateway, richten Sie den Proxy auf den Port von listen.plain in gateway.yaml, und tragen Sie seine Adresse in listen.trusted_proxies ein.',
    ],
  },
  not_signed: {
    title: 'Diese Adresse gilt nicht mehr',
    sentences: ['Sie ist abgelaufen oder nicht unterschrieben. Starten Sie die Musik noch einmal.'],
  },
  certificate_required: {
    title: 'Nur für Geräte mit Zertifikat',
    sentences: [
      'Dieses Gerät hat kein Zertifikat gezeigt, das von diesem Gateway stammt und noch gilt.',
      'Wer das Gateway betreibt, kann eines ausstellen, mit skillgate cert device NAME --user USER.',
      'Installieren Sie es auf dem Gerät, öffnen Sie diese Seite neu und wählen Sie es, wenn der Browser fragt.',
    ],
  },
  not_found: {
    title: 'Hier ist nichts',
    sentences: ['Unter dieser Adresse gibt es nichts. Prüfen Sie, ob sie richtig geschrieben ist.'],
  },
  method_not_allowed: {
    title: 'So lässt sich diese Adresse nicht aufrufen',
    sentences: [
      'Sie ist nicht dafür gedacht, einfach geöffnet zu werden. Falls Sie gerade ein Konto verknüpfen wollten, gehen Sie zurück zur App und beginnen Sie noch einmal.',
    ],
  },
  misdirected: {
    title: 'Diese Adresse hat einen anderen Namen',
    sentences: [
      'Das Zertifikat dieses Gateways gilt für einen anderen Namen als den, den Sie geöffnet haben. Öffnen Sie es unter seinem eigenen Namen, nicht unter seiner Nummer.',
    ],
  },
  request_timeout: {
    title: 'Das hat zu lange gedauert',
    sentences: [
      'Was Ihr Browser geschickt hat, ist nicht rechtzeitig angekommen. Gehen Sie zurück und versuchen Sie es noch einmal.',
    ],
  },
  body_too_large: {
    title: 'Das war zu viel',
    sentences: [
      'Ihr Browser hat mehr geschickt, als hier jemals gebraucht wird. Gehen Sie zurück und versuchen Sie es noch einmal.',
    ],
  },
  unsupported_body: {
    title: 'Das ist hier nicht lesbar',
    sentences: [
      'Was geschickt wurde, hat eine Form, die hier nicht verstanden wird. Gehen Sie zurück und versuchen Sie es noch einmal.',
    ],
  },
  internal_error: {
    title: 'Im Gateway ist etwas schiefgegangen',
    sentences: [
      'Sie haben nichts falsch gemacht. Versuchen Sie es noch einmal. Hilft das nicht, sagen Sie der Person Bescheid, die dieses Gateway betreibt: Im Protokoll steht, was geschehen ist.',
    ],
  },
  bad_gateway: {
    title: 'Zurzeit nicht verfügbar',
    sentences: [
      'Der Server hinter diesem Gateway ist nicht erreichbar. Prüfen Sie, ob er läuft, und versuchen Sie es noch einmal.',
    ],
  },
  upstream_refused_person: {
    title: 'Dieses Konto ist nicht mehr verknüpft',
    sentences: [
      'Der Server hinter diesem Gateway kennt das verknüpfte Konto nicht mehr. Verknüpfen Sie es in Ihrer App noch einmal; im Browser melden Sie sich ab und wieder an.',
    ],
  },
  upstream_failed: {
    title: 'Zurzeit nicht verfügbar',
    sentences: [
      'Der Server hinter diesem Gateway hat mit einem Fehler geantwortet. Versuchen Sie es später noch einmal.',
    ],
  },
  upstream_refused_gateway: {
    title: 'Zurzeit nicht verfügbar',
    sentences: [
      'Der Server hinter diesem Gateway lässt das Gateway selbst nicht herein. Wer es betreibt, muss ein gültiges Token eintragen.',
    ],
  },
  store_unavailable: {
    title: 'Das Gateway kann gerade nicht arbeiten',
    sentences: [
      'Das Gateway erreicht seine Datenbank gerade nicht. Verloren ist nichts: Versuchen Sie es in einer Minute noch einmal.',
    ],
  },
  clock_unsettled: {
    title: 'Das Gateway kann gerade nicht arbeiten',
    sentences: [
      'Es weiß nicht sicher, wie spät es ist. Verloren ist nichts: Versuchen Sie es in ein paar Minuten noch einmal, oder bitten Sie, wer es betreibt, seine Uhr zu prüfen.',
    ],
  },
  too_busy: {
    title: 'Das Gateway kann gerade nicht arbeiten',
    sentences: ['Im Moment melden sich zu viele gleichzeitig an. Gehen Sie zurück und versuchen Sie es noch einmal.'],
  },
  upstream_busy: {
    title: 'Zurzeit nicht verfügbar',
    sentences: [
      'Der Server hinter diesem Gateway hat gerade zu viel zu tun. Versuchen Sie es in ein paar Sekunden noch einmal.',
    ],
  },
  overloaded: {
    title: 'Das Gateway kann gerade nicht arbeiten',
    sentences: ['Das Gateway hat mehr zu tun, als es Speicher hat. Versuchen Sie es in einigen Sekunden noch einmal.'],
  },
  gateway_timeout: {
    title: 'Zurzeit nicht verfügbar',
    sentences: [
      'Der Server hinter diesem Gateway braucht zu lange für eine Antwort. Versuchen Sie es später noch einmal.',
    ],
  },

  unauthorized: {
    title: 'Zugang nur mit Token',
    sentences: [
      'Diese Adresse ist für Programme gedacht, die mit einem Konto verknüpft wurden. Im Browser gibt es hier nichts zu sehen.',
    ],
  },
  invalid_token: {
    title: 'Zugang nur mit Token',
    sentences: ['Das Zugriffstoken ist unbekannt, abgelaufen oder widerrufen. Verknüpfen Sie das Konto neu.'],
  },
  insufficient_scope: {
    title: 'Das erlaubt dieses Token nicht',
    sentences: [
      'Der Zugriff, der erlaubt wurde, schließt das nicht ein. Verknüpfen Sie das Konto neu und erlauben Sie es dabei.',
    ],
  },

  link_does_not_work: {
    title: 'Dieser Link funktioniert nicht',
    sentences: [
      'Gehen Sie zurück zu der App, die Sie hierher geschickt hat, und beginnen Sie die Verknüpfung noch einmal.',
      'Klappt es wieder nicht, geben Sie die Meldung oben an die Person weiter, die dieses Gateway betreibt: Die App und gateway.yaml müssen zusammenpassen.',
    ],
  },
  start_again: {
    title: 'Bitte beginnen Sie noch einmal',
    sentences: [
      'Die Seite, von der Sie kommen, ist zu alt oder war in einem anderen Browser geöffnet, oder Cookies sind ausgeschaltet.',
      'Gehen Sie zurück zu der App, die Sie hierher geschickt hat, und beginnen Sie die Verknüpfung noch einmal.',
    ],
  },
  open_again: {
    title: 'Bitte beginnen Sie noch einmal',
    sentences: [
      'Die Seite, von der Sie kommen, ist zu alt oder war in einem anderen Browser geöffnet, oder Cookies sind ausgeschaltet.',
      'Rufen Sie ihre Adresse noch einmal auf.',
    ],
  },
  device_code_gone: {
    title: 'Dieser Code gilt nicht mehr',
    sentences: [
      'Er ist abgelaufen oder schon beantwortet. Jetzt gerade wurde nichts verbunden.',
      'Lassen Sie sich vom Gerät einen neuen Code zeigen und geben Sie diesen ein.',
    ],
  },
}

import type { EndpointCertificate } from '../console/endpoint-certificate.ts'
import { LOCALES } from '../skill/model/interaction-model.ts'
import { languageOfLocale } from '../skill/words/words-for.ts'

/** What the skill is called and for, where people enable it. Three phrases are the most that are taken. */
const TEXTS = {
  en: {
    name: 'Music Assistant',
    summary: 'Plays music on the players of your home.',
    description: 'Plays what is in your Music Assistant on the players of your home. Link your account first.',
    examplePhrases: [
      'Alexa, open music assistant',
      'Alexa, ask music assistant to play the album Abbey Road',
      'Alexa, ask music assistant what is playing',
    ],
    keywords: ['music', 'player'],
  },
  de: {
    name: 'Music Assistant',
    summary: 'Spielt Musik auf den Playern deines Zuhauses.',
    description:
      'Spielt auf den Playern deines Zuhauses, was in deinem Music Assistant ist. Verknüpfe zuerst dein Konto.',
    examplePhrases: [
      'Alexa, öffne music assistant',
      'Alexa, sage music assistant spiele das Album Abbey Road',
      'Alexa, frage music assistant was läuft gerade',
    ],
    keywords: ['Musik', 'Player'],
  },
}

/** `skill.json`. @param uri where Alexa posts what people say. */
export function skillManifest(uri: string, sslCertificateType: EndpointCertificate) {
  const endpoint = { uri, sslCertificateType }
  const locales = Object.fromEntries(LOCALES.map((locale) => [locale, TEXTS[languageOfLocale(locale)]]))
  return {
    manifest: {
      manifestVersion: '1.0',
      apis: { custom: { endpoint, interfaces: [] } },
      // Whoever disables the skill ends the link here, too.
      events: {
        endpoint,
        subscriptions: [{ eventName: 'SKILL_DISABLED' }, { eventName: 'SKILL_ACCOUNT_LINKED' }],
      },
      publishingInformation: {
        category: 'STREAMING_SERVICE',
        distributionMode: 'PUBLIC',
        isAvailableWorldwide: true,
        distributionCountries: [],
        testingInstructions: 'Link an account, and say: play the album Abbey Road.',
        locales,
      },
      privacyAndCompliance: {
        allowsPurchases: false,
        usesPersonalInfo: false,
        isChildDirected: false,
        isExportCompliant: true,
        containsAds: false,
      },
    },
  }
}

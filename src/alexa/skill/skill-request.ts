import { z } from 'zod'
import type { Language } from '../../pages/language.ts'
import { languageOfLocale } from './words/words-for.ts'

/** What the skill wants to know of a request. @see docs/reference of Amazon's "Request and Response JSON Reference" */
export interface SkillRequest {
  /** LaunchRequest, IntentRequest, SessionEndedRequest, or another. */
  type: string
  language: Language
  /** Of the Echo; absent in the simulator of the console and for some devices. */
  deviceId?: string
  intent: string
  /** By their names, those that something was said for. */
  slots: Slots
  /** What was asked for before the skill had to ask something. */
  pending?: Pending
}

export type Slots = Record<string, string>

/** Kept in the session while the skill asks which player. */
export interface Pending {
  intent: string
  slots: Slots
  /** How often it has asked already. */
  asked: number
}

/** Characters; nobody says more in one breath. */
const SLOT_LIMIT = 200

const word = z.string().max(SLOT_LIMIT)
const pending = z.object({
  intent: word,
  slots: z.record(word, word).refine((slots) => Object.keys(slots).length <= 10),
  asked: z.int().min(0).max(10),
})

const envelope = z.object({
  request: z.object({
    type: z.string().max(200),
    locale: z.string().max(35).catch(''),
    intent: z
      .object({ name: z.string().max(200), slots: z.record(z.string(), z.unknown()).catch({}) })
      .optional()
      .catch(undefined),
  }),
  session: z
    .object({ attributes: z.object({ pending: pending.optional().catch(undefined) }).catch({}) })
    .optional()
    .catch(undefined),
  context: z
    .object({ System: z.object({ device: z.object({ deviceId: z.string().min(1).max(2000) }) }) })
    .optional()
    .catch(undefined),
})

const slot = z.object({ value: z.string().trim().min(1) })

/** @returns undefined for what is no request to a custom skill. */
export function readSkillRequest(value: unknown): SkillRequest | undefined {
  const read = envelope.safeParse(value)
  if (!read.success) return undefined
  const { request, session, context } = read.data
  return {
    type: request.type,
    language: languageOfLocale(request.locale),
    deviceId: context?.System.device.deviceId,
    intent: request.intent?.name ?? '',
    slots: readSlots(request.intent?.slots ?? {}),
    pending: session?.attributes.pending,
  }
}

/** Alexa sends every slot of an intent, and a `value` for those that something was said for. */
function readSlots(given: Record<string, unknown>): Slots {
  const slots: Slots = Object.create(null)
  for (const [name, value] of Object.entries(given).slice(0, 20)) {
    const read = slot.safeParse(value)
    if (read.success && read.data.value !== '?') slots[name] = read.data.value.slice(0, SLOT_LIMIT)
  }
  return slots
}

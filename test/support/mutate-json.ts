type Random = (below: number) => number

const ODD = [
  'null',
  'true',
  '7',
  '-0',
  '1e999',
  '""',
  '"\\u0000"',
  '[]',
  '{}',
  '[[[[]]]]',
  '"ü"',
  '{"a":{"a":1,"a":2}}',
]
const BYTES = [0x00, 0x0a, 0x20, 0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0xc3, 0xef, 0xff]

/** Changes a JSON text in one or two places: its values, its keys, or its bytes, after which most are no JSON. */
export function mutateJson(text: string, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(text)
  for (let left = random(3) === 0 ? 2 : 1; left > 0; left--) bytes = mutateOnce(bytes, random)
  return bytes
}

function mutateOnce(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1)
  const to = Math.min(bytes.length, at + 1 + random(40))
  const splice = (from: number, until: number, ...middle: Uint8Array[]) =>
    Buffer.concat([bytes.subarray(0, from), ...middle, bytes.subarray(until)])
  switch (random(24)) {
    case 0:
      return splice(at, at, Buffer.from([BYTES[random(BYTES.length)] as number]))
    case 1:
      return splice(at, at + 1, Buffer.from([random(256)]))
    case 2:
      return splice(at, to)
    case 3:
      return splice(to, to, bytes.subarray(at, to))
    case 4:
      return bytes.subarray(0, at)
    case 5:
    case 6:
      return inPlaceOf(KEY, bytes, random, (key) => `${key}${ODD[random(ODD.length)]},${key}`)
    case 7:
    case 8:
      return inPlaceOf(KEY, bytes, random, (_, all) => all[random(all.length)] as string)
    default:
      return inPlaceOf(VALUE, bytes, random, (_, all) => {
        const others = random(3) === 0 ? ODD : all
        return others[random(others.length)] as string
      })
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|null|true|\d+/g
const KEY = (token: string) => token.endsWith(':')
const VALUE = (token: string) => !token.endsWith(':')

/** Puts something else in the place of one of what is found. */
function inPlaceOf(
  which: (token: string) => boolean,
  bytes: Buffer,
  random: Random,
  other: (found: string, all: string[]) => string,
): Buffer {
  const text = bytes.toString()
  const all = [...text.matchAll(TOKEN)].filter(([token]) => which(token))
  if (all.length === 0) return bytes
  const { 0: found, index } = all[random(all.length)] as RegExpExecArray
  const inserted = other(
    found,
    all.map(([one]) => one),
  )
  return Buffer.from(text.slice(0, index) + inserted + text.slice(index + found.length))
}

/** What is longer than anything real was sent by somebody who wants to fill the disk. @param longest characters. */
export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}

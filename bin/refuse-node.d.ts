/** Why Skillgate must not run on this Node, if so: one line. */
export function refuseNode(version: string, flags: string[], nodeOptions: string | undefined): string | undefined

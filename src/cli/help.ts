import type { World } from './world.ts'

/** `skillgate help`: what there is to type. */
export async function help({ print }: World): Promise<number> {
  print(`skillgate COMMAND [--config FILE]      FILE is gateway.yaml unless given

  start                            serve until stopped
  check                            all of a start but the listening; says what would be served
  user add NAME [DISPLAY NAME]     let somebody sign in; asks for the password, or reads it from standard input
  user list                        who can sign in
  user password NAME               give somebody another password
  user remove NAME                 end somebody's access and all that they linked
  help, version`)
  return 0
}

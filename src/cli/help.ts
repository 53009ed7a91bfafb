import type { World } from './world.ts'

/** `skillgate help`: what there is to type. */
export async function help({ print }: World): Promise<number> {
  print(`skillgate COMMAND [--config FILE]      FILE is gateway.yaml unless given

  start                            serve until stopped; --new-database begins anew where the database is gone
                                   started as root it becomes the owner of data_dir, but for --allow-root
  check                            all of a start but the listening; says what would be served
  doctor                           why Alexa can't link: what was found, what is needed, what to do; --json for programs,
                                   --through HOST:PORT asks there, not where the DNS says
  reload                           have the running gateway take the configuration over, and show what it says

  cert                             which certificates there are, until when, and who renews them
  cert renew [NAME]                renew them now, or those of one host
  cert get --staging [NAME]        try out whether a CA gives a certificate, each step in words; nothing is kept
  cert export [FILE]               the local CA for other devices, and how they come to trust it;
                                   --format pem | der | mobileconfig (for iPhones)

  user add NAME [DISPLAY NAME]     let somebody sign in; asks for the password, or reads it from standard input
                                   --email ADDRESS writes that down, too
  user list                        who can sign in
  user password NAME               give somebody another password
  user email NAME [ADDRESS]        show or change somebody's e-mail address, for clients that may know who they are;
                                   --remove forgets it
  user totp NAME [off]             have a code of an authenticator app asked for as well, or no more
  user recovery NAME               make new recovery codes, for when the authenticator is lost
  user link NAME [ACCOUNT]         give somebody their Music Assistant account; asks for its password
  user unlink NAME                 undo that
  user unlock NAME                 let somebody try to sign in again whose name was locked out
  user unlock NAME --code          make a code with which they can try at once, whatever strangers do
  user unlock --address ADDRESS    let an address, and its IPv6 network, try again
  user disable NAME                stop somebody's access and all that they linked, for now
  user enable NAME                 undo that
  user remove NAME                 end somebody's access and all that they linked

  grant list                       what people have allowed; --user NAME and --client ID show less
  grant revoke ID                  end one of these; the client has to be linked again

  client list                      who may ask people for access, and where their secrets are
  client allow --for 10m           let any client register itself for a while (1m to 24h); --stop ends it
  client secret ID                 show a client's secret
  client secret ID --renew         make another one; --overlap HOURS says how long both are good (24)
  client new-secret                make a secret, and its hash for gateway.yaml
  client remove ID                 end a client that registered itself, or that says in a document what it is

  key list                         which keys seal what has to be readable again
  key rotate                       make a new one; earlier ones go on opening
  key new                          make another one where one was lost

  alexa simulate --user NAME       play Alexa against the running gateway: link, refresh, signed requests, directives;
                                   --client ID, --address HOST:PORT where these aren't clear
  alexa console                    what goes where in Alexa's developer console
  alexa package DIR                write the skill as the ASK CLI deploys it; --lambda adds a Lambda handler

  cert device NAME [FILE] --user USER
                                   make a certificate for somebody's own device, for routes with auth: mtls
  cert devices                     which devices have one
  cert device remove NAME          end one, for a device that was lost

  audit                            what happened lately; --last N events (50), --json for programs
  log                              the log in words; --last N lines (50), --follow goes on until Ctrl-C
  trace                            how each attempt to link went, and what to do where it broke;
                                   --last N attempts (5), --json for programs
  backup FILE                      all that Skillgate knows in one file; --passphrase encrypts it
  restore FILE                     put a backup in the place of what is there, while nothing runs;
                                   --ended stays | returns says what becomes of what was ended since

  help, version

All but start and restore work while the gateway runs, which notices at once what they change.`)
  return 0
}

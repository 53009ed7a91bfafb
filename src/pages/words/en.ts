import { html } from '../html.ts'
import { enAccount } from './en-account.ts'
import { enErrors } from './en-errors.ts'

export const en = {
  error: (title: string) => `Error: ${title}`,
  approve: 'Approve',
  deny: 'Deny',
  continue: 'Continue',

  /** An app sent the browser here and gets it back. */
  link: {
    title: (client: string) => `Link ${client}`,
    asks: (client: string, host: string) =>
      html`${client} asks for access to your account at <strong>${host}</strong>.`,
    caution: 'If you did not just ask for this, choose Deny: nothing will change.',
    /** `approve` is what the button says. */
    afterwards: (client: string, approve: string) => `${approve} and Deny both take you back to ${client}.`,
    unverified: (client: string) =>
      html`Nobody has checked that this really is “<bdi>${client}</bdi>”: it gave itself that name.`,
    vouched: (client: string, host: string) =>
      html`<strong>${host}</strong> vouches for this app and calls it “<bdi>${client}</bdi>”.`,
    backToHost: (host: string) =>
      html`You will be sent back to <strong>${host}</strong>. Approve only if that is where you came from.`,
    backToProgram: html`You will be sent back to a <strong>program on this device</strong>, and any program can
take this name. Approve only if you started it yourself just now.`,
    backToApp: (scheme: string, rest: string) =>
      html`This opens an app on this device that calls itself <strong>${scheme}</strong>${rest}. Approve only if you started it
yourself just now.`,
  },
  /** A device waits, whose code was typed here. */
  device: {
    title: (client: string) => `Connect ${client}`,
    asks: (client: string, host: string) =>
      html`The device whose code you entered says that it is ${client}. It asks for access to your account at
<strong>${host}</strong>.`,
    caution: 'Approve only if you have the device in front of you. If somebody sent you the code, choose Deny.',
    afterwards: () => 'Then go back to the device: it goes on by itself.',
    unverified: (client: string) =>
      html`Nobody has checked that this really is “<bdi>${client}</bdi>”: it gave itself that name.`,
    vouched: (client: string, host: string) =>
      html`<strong>${host}</strong> has an app that it calls “<bdi>${client}</bdi>”, but any device can say that it is that app.`,
  },
  /** Said by an Echo. */
  linkAccount: 'Please link your account in the Alexa app. I have put a card there.',
  permissions: 'It will be able to',
  ending: (host: string) => `Whoever runs ${host} can end the access at any time.`,

  signIn: {
    heading: (host: string) => `Sign in to ${host}`,
    with: {
      'music-assistant': () => 'Use your Music Assistant account: the same user name and password as there.',
      either: (host: string) =>
        html`Use your account at <strong>${host}</strong>, or your Music Assistant account with the same user name and password
as there.`,
    },
    username: 'User name',
    password: 'Password',
    secondFactor: 'One more step',
    secondFactorFor: (title: string) => `One more step: ${title}`,
    otp: 'Code from your authenticator app',
    otpHint: 'Six digits. One of your recovery codes works too.',
    unlock: 'Code to try at once',
    unlockHint: (host: string) =>
      html`If you can't wait: whoever runs <strong>${host}</strong> can make you a code, which is good for ten minutes. Type
it here, and the rest once more.`,
    signedInAs: (name: string) => html`You are signed in as <strong>${name}</strong>.`,
    signedIn: 'You are signed in.',
    signInAsSomebodyElse: (name: string | undefined) =>
      name === undefined ? 'Sign in as somebody else' : `Not ${name}? Sign in as somebody else`,
  },

  admin: {
    title: 'This account may do everything',
    titleFor: (title: string) => `One more question: ${title}`,
    mayEverything:
      'It is an administrator of Music Assistant: it may change every setting there, and see and delete whatever there is.',
    better: (client: string) =>
      `It is safer to link ${client} with an account of your own for every day, which only plays music. Link this one anyway?`,
    approve: 'Link anyway',
  },

  problems: {
    'wrong-password': 'The user name or the password is not right. Try again.',
    'wrong-code': 'This code is not right. Each works only once, and for half a minute: try the one that is shown now.',
    expired: 'That took too long. Sign in once more.',
    'wrong-unlock-code':
      'The code to try at once is not right for this user name. Each works only once, and for ten minutes: ask for a new one.',
    guest:
      'This is a guest account of Music Assistant, and guests cannot link anything. Sign in with another account, or ask whoever runs Music Assistant for one.',
    'account-disabled':
      'This account is switched off in Music Assistant. Whoever runs Music Assistant can switch it on again.',
    unreachable:
      'Music Assistant, which knows your password, cannot be asked right now: nobody has looked at what you typed. Check that it is running, and try again in a minute.',
    'account-wait': (seconds: number) =>
      `Too many attempts to sign in to this account have failed. Music Assistant accepts no password for it for the next ${secondsInWords(seconds)}, not even the right one. Then try again.`,
    'account-unreachable':
      'Music Assistant does not answer right now, so nothing was linked. Nothing is lost: try again in a minute.',
    'account-forgotten':
      'Music Assistant no longer knows that you are signed in, so nothing was linked. Sign in once more. If that changes nothing, whoever runs this gateway has to connect your account anew.',
    'account-refused':
      'Music Assistant gives this account no lasting access, so nothing was linked. Guests can have none: ask whoever runs it for an account of your own.',
    'unknown-code':
      'No device is waiting with this code. Compare the two. If they are the same, the code has expired: let the device show a new one.',
    'wait-password': (minutes: number) =>
      `Too many attempts to sign in have failed. To keep out whoever guesses, no password is accepted for the next ${minutesInWords(minutes)}, not even the right one. Then try again.`,
    'wait-code': (minutes: number) =>
      `Too many codes were wrong. To keep out whoever guesses, none is accepted for the next ${minutesInWords(minutes)}, not even the right one. Then try again.`,
  },

  deviceCode: {
    title: 'Connect a device',
    whatToType: (host: string) => html`Type the code that the device shows, to connect it to <strong>${host}</strong>.`,
    compare: (host: string) =>
      html`Does the device that you want to connect to <strong>${host}</strong> show exactly this code?`,
    caution: 'If somebody sent you a code or a link to this page, close the page.',
    label: 'Code on the device',
    hint: 'Capital or small letters and hyphens make no difference.',
  },
  deviceDone: {
    approved: (client: string) => `${client} is connected`,
    approvedNow: 'Go back to the device: it goes on by itself in a few seconds. You can close this page.',
    denied: 'Nothing was connected',
    deniedNow: (client: string) => `${client} was told that you said no. You can close this page.`,
  },
  signOut: {
    title: 'Sign out',
    signedInAs: (name: string, host: string) =>
      html`In this browser, <strong>${name}</strong> is signed in to <strong>${host}</strong>.`,
    nobody: (host: string) => html`In this browser, nobody is signed in to <strong>${host}</strong>.`,
    stays: 'Apps and devices that you have connected stay connected.',
    button: 'Sign out',
    done: 'You are signed out',
    doneNow: (host: string) =>
      `Whoever uses this browser next has to sign in to ${host} again. You can close this page.`,
  },

  account: enAccount,

  errors: enErrors,
}

function minutesInWords(minutes: number): string {
  return minutes === 1 ? 'minute' : `${minutes} minutes`
}

function secondsInWords(seconds: number): string {
  return seconds === 1 ? 'second' : `${seconds} seconds`
}

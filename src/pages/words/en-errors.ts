/** What an error page says, by the code of the refusal. */
export interface Explanation {
  title: string
  /** What happened, and what to do now. */
  sentences: string[]
}

export const enErrors = {
  ambiguous_request: {
    title: 'This request is not clear',
    sentences: ['It can be read in more than one way, so it was not passed on. Check the address for a typing error.'],
  },
  not_a_directive: {
    title: 'Not for browsers',
    sentences: ['This address takes what Alexa sends, and nothing else. There is nothing to see here.'],
  },
  upgrade_not_allowed: {
    title: 'This request is not clear',
    sentences: ['This address takes no such connection. Open it as an ordinary page.'],
  },
  skill_request_refused: {
    title: 'Only for Alexa',
    sentences: ['This address answers what Alexa sends to a skill. There is nothing here for a browser.'],
  },
  chain_unavailable: {
    title: 'Not available right now',
    sentences: ['The certificates of Alexa cannot be had right now. Try again in a few seconds.'],
  },
  foreign_origin: {
    title: 'Not from that page',
    sentences: ['A page of another address wanted to connect to here. Open the page that belongs to this address.'],
  },
  foreign_request: {
    title: 'Not from that page',
    sentences: ['Another page wanted to do something in your name. If that was you, do it on the page itself.'],
  },
  service_worker_refused: {
    title: 'Not available here',
    sentences: ['A page wanted to work without its server. That is switched off here, and the page works as it is.'],
  },
  not_a_trusted_proxy: {
    title: 'Not this way',
    sentences: [
      'Only the proxy in front may come to this port. Open the https address instead.',
      'If this is your gateway, and the proxy is yours: write its address, which the log of the gateway has, into listen.trusted_proxies.',
    ],
  },
  forwarded_without_https: {
    title: 'Not without https',
    sentences: [
      'Open the https address instead.',
      'If you came by https and this is your gateway: its proxy has to set X-Forwarded-Proto to https, once. The log of the gateway says what came.',
    ],
  },
  proxy_in_front: {
    title: 'The proxy comes to the wrong port',
    sentences: [
      'A proxy in front has ended https already, and this port only redirects to https: you would be sent to and fro for ever.',
      'If this is your gateway, point the proxy at the port of listen.plain in gateway.yaml, and write its address into listen.trusted_proxies.',
    ],
  },
  not_signed: {
    title: 'This address has ended',
    sentences: ['It is not signed, or no longer good. Start the music again.'],
  },
  certificate_required: {
    title: 'Only for devices with a certificate',
    sentences: [
      'This device has shown no certificate that this gateway made and that is still good.',
      'Whoever runs the gateway can make one, with skillgate cert device NAME --user USER.',
      'Install it on the device, open this page anew, and choose it when the browser asks.',
    ],
  },
  not_found: {
    title: 'There is nothing here',
    sentences: ['There is nothing at this address. Check it for a typing error.'],
  },
  method_not_allowed: {
    title: 'This address does not take that',
    sentences: [
      'It is not meant to be opened like this. If you were linking an account, go back to the app and start again.',
    ],
  },
  misdirected: {
    title: 'This address goes by another name',
    sentences: [
      'The certificate of this gateway is for another name than the one that you opened. Open it by its own name, not by its number.',
    ],
  },
  request_timeout: {
    title: 'That took too long',
    sentences: ['What your browser sent did not arrive in time. Go back and try again.'],
  },
  body_too_large: {
    title: 'That was too much',
    sentences: ['What your browser sent is larger than anything that is asked for here. Go back and try again.'],
  },
  unsupported_body: {
    title: 'This cannot be read here',
    sentences: ['What was sent is in a form that is not understood here. Go back and try again.'],
  },
  internal_error: {
    title: 'Something went wrong in the gateway',
    sentences: [
      'It is not your fault. Try again; if it happens again, tell whoever runs this gateway: its log says what.',
    ],
  },
  bad_gateway: {
    title: 'Not available right now',
    sentences: ['The server behind this gateway cannot be reached. Check that it is running, and try again.'],
  },
  upstream_refused_person: {
    title: 'This account is no longer linked',
    sentences: [
      'The server behind this gateway no longer knows the account that was linked. Link it again in the app that you use; in a browser, sign out and sign in again.',
    ],
  },
  upstream_failed: {
    title: 'Not available right now',
    sentences: ['The server behind this gateway answered with an error. Try again later.'],
  },
  upstream_refused_gateway: {
    title: 'Not available right now',
    sentences: ['The server behind this gateway does not accept the gateway. Its owner has to give it a valid token.'],
  },
  store_unavailable: {
    title: 'The gateway cannot work right now',
    sentences: ['The gateway cannot reach its database right now. Nothing is lost: try again in a minute.'],
  },
  clock_unsettled: {
    title: 'The gateway cannot work right now',
    sentences: [
      'It does not know for certain what time it is. Nothing is lost: try again in a few minutes, or tell whoever runs it to check its clock.',
    ],
  },
  too_busy: {
    title: 'The gateway cannot work right now',
    sentences: ['Too many people are signing in at this moment. Go back and try again.'],
  },
  upstream_busy: {
    title: 'Not available right now',
    sentences: ['The server behind this gateway has too much to do at this moment. Try again in a few seconds.'],
  },
  overloaded: {
    title: 'The gateway cannot work right now',
    sentences: ['The gateway has more to do than it has memory for. Try again in a few seconds.'],
  },
  gateway_timeout: {
    title: 'Not available right now',
    sentences: ['The server behind this gateway takes too long to answer. Try again later.'],
  },

  unauthorized: {
    title: 'Access only with a token',
    sentences: ['This address is for programs that were linked with an account here. A browser gets nothing from it.'],
  },
  invalid_token: {
    title: 'Access only with a token',
    sentences: ['The access token is unknown, expired or revoked. Link the account again.'],
  },
  insufficient_scope: {
    title: 'This token does not allow that',
    sentences: ['The access that was approved does not include this. Link the account again and allow it.'],
  },

  /** The app and gateway.yaml don't agree; what about is the technical sentence beside it. */
  link_does_not_work: {
    title: 'This link does not work',
    sentences: [
      'Go back to the app that sent you here and start linking again.',
      'If it fails again, tell whoever runs this gateway what stands above: the app and gateway.yaml have to agree.',
    ],
  },
  /** A form came that this browser was not given. */
  start_again: {
    title: 'Please start again',
    sentences: [
      'The page that you came from is too old, was opened in another browser, or cookies are switched off.',
      'Go back to the app that sent you here and start linking again.',
    ],
  },
  /** The same, where there is no app to go back to: a device's code, signing out. */
  open_again: {
    title: 'Please start again',
    sentences: [
      'The page that you came from is too old, was opened in another browser, or cookies are switched off.',
      'Open its address once more.',
    ],
  },
  /** A device's code was good when it was typed, and is no longer. */
  device_code_gone: {
    title: 'This code no longer works',
    sentences: [
      'It has expired, or somebody has already answered for it. Nothing was connected just now.',
      'Let the device show a new code, and type that one.',
    ],
  },
} satisfies Record<string, Explanation>

/**
 * Schemes that are no app's own, by why nobody may be sent there with a code in hand. What isn't here, and isn't begun as in
 * `REFUSED_BEGINNINGS`, may be a scheme that an app has made up for itself. @see RFC 8252 sections 7.1 and 8.4
 */
const REFUSED = {
  'a browser runs or shows what stands in it':
    'javascript livescript mocha vbscript data about view-source blob filesystem file jar wyciwyg resource res mk mhtml cid mid content',
  'a browser has pages of its own there':
    'chrome devtools edge brave opera vivaldi safari firefox moz page-icon extension chrome-extension chrome-error chrome-search chrome-native chrome-untrusted chrome-distiller isolated-app',
  'it is fetched, or looked at, over the network':
    'http https shttp ws wss ftp ftps sftp tftp gopher wais ldap ldaps nntp news snews imap pop pop3 smtp smb cifs afp nfs dav davs webdav svn git rsync rtsp rtmp mms mmsh ipfs ipns dweb magnet feed webcal coap coaps mqtt mqtts amqp redis mysql postgres postgresql jdbc ldapi dns',
  'it begins a message, a call or a payment':
    'mailto tel sms smsto mmsto callto facetime facetime-audio facetime-group sip sips im xmpp iax h323 skype bitcoin ethereum lightning payto upi pay wallet',
  'the system opens something of its own, or any app that is named':
    'intent android-app android-resource package market itms itms-apps itms-appss itms-services itms-beta app-settings app-prefs prefs shortcuts shortcuts-production workflow maps geo calshow contacts search search-ms help help-viewer shell windows windowsdefender applescript x-man-page x-help-action microsoft-edge jnlp vscode-webview ssh telnet rlogin tn3270 vnc rdp mstsc dict printer',
  'it is a name, and no place': 'urn urn5 uri tag oid doi isbn info did uuid ni nih acct z39.50r z39.50s xri',
} as const

/**
 * What many are begun with: of a browser's extensions, of Windows and its handlers, of macOS' settings; and those that any web
 * site may take for itself.
 */
const REFUSED_BEGINNINGS = {
  'a browser has pages of its own there': ['chrome-', 'moz-', 'safari-', 'ms-browser-', 'edge-', 'resource-'],
  'the system opens something of its own, or any app that is named': [
    'ms-',
    'windows-',
    'x-apple',
    'android-',
    'itms-',
  ],
  'any web site or extension may take it for itself': ['web+', 'ext+'],
} as const

const REASONS = new Map(
  Object.entries(REFUSED).flatMap(([reason, names]) => names.split(' ').map((name) => [name, reason])),
)

/** Why a scheme can't be that of an app of its own; undefined where it can. @param scheme in small letters, without the colon. */
export function whyNoApp(scheme: string): string | undefined {
  // The letter of a disk in Windows.
  if (scheme.length < 2) return 'it may be a disk'
  const begun = Object.entries(REFUSED_BEGINNINGS).find(([, names]) => names.some((name) => scheme.startsWith(name)))
  return REASONS.get(scheme) ?? begun?.[0]
}

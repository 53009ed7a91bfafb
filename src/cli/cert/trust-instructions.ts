export type CaFormat = 'pem' | 'der' | 'mobileconfig'

/** @param url the gateway's. @returns for each kind of device what makes it trust the CA in this file. */
export function trustInstructions(format: CaFormat, file: string, url: string): string[] {
  const ways = format === 'mobileconfig' ? APPLE(file) : format === 'der' ? DER(file) : PEM(file, url)
  return ways.flatMap(([device, ...steps]) => [`  ${device}`, ...steps.map((step) => `    ${step}`)])
}

type Way = [device: string, ...steps: string[]]

const TRUST_IT =
  'then Settings, General, About, Certificate Trust Settings: switch it on. Without that nothing trusts it.'

const APPLE = (file: string): Way[] => [
  [
    'iPhone, iPad',
    `Send ${file} there (AirDrop, mail to yourself, or Files), open it, and allow the download;`,
    'Settings, Profile Downloaded (or General, VPN & Device Management), Install;',
    TRUST_IT,
  ],
  [
    'Mac',
    `open ${file}, then System Settings, General, Device Management: install it;`,
    'in Keychain Access open its certificate, Trust, When using this certificate: Always Trust.',
  ],
  ['All others', 'npx skillgate cert export, and follow what it says.'],
]

const WINDOWS = (file: string): Way => ['Windows, as administrator', `certutil -addstore -f Root ${file}`]

const ANDROID = (file: string): Way => [
  'Android',
  `Copy ${file} there; Settings, Security & privacy, More, Encryption & credentials, Install a certificate, CA certificate`,
  '(menus differ; searching the settings for "CA certificate" helps). Browsers trust it then, and apps that ask for it,',
  'such as the Home Assistant app; most others trust only what came with the device.',
]

const DER = (file: string): Way[] => [
  WINDOWS(file),
  ANDROID(file),
  ['iPhone, iPad, Mac', 'npx skillgate cert export --format mobileconfig'],
  ['Linux, Home Assistant, curl', 'They want PEM:  npx skillgate cert export'],
]

const PEM = (file: string, url: string): Way[] => [
  ['iPhone, iPad', 'npx skillgate cert export --format mobileconfig'],
  ANDROID(file),
  WINDOWS(file),
  ['macOS', `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`],
  ['Debian, Ubuntu', `sudo cp ${file} /usr/local/share/ca-certificates/skillgate.crt && sudo update-ca-certificates`],
  ['Fedora, RHEL', `sudo cp ${file} /etc/pki/ca-trust/source/anchors/skillgate.crt && sudo update-ca-trust`],
  [
    'Firefox, Chrome on Linux',
    'They have lists of their own: Settings, Privacy and security, Certificates (Authorities), Import.',
  ],
  [
    'Home Assistant OS or container',
    'With the integration "Additional CA" of HACS: put the file into config/additional_ca/, and into configuration.yaml',
    `additional_ca: { skillgate: ${file.replace(/^.*[/\\]/, '')} }, and restart Home Assistant.`,
  ],
  ['Node', `NODE_EXTRA_CA_CERTS=${file} node client.js`],
  ['curl', `curl --cacert ${file} ${url}/health`],
]

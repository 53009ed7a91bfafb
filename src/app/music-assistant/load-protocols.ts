import type { MessageProtocol } from '../../gateway/relay/conversation.ts'
import { callsTo } from '../../gateway/upstreams/call-upstream.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import type { AllowCommand } from '../../music-assistant/command.ts'
import { beginConversation } from '../../music-assistant/conversation.ts'
import { rememberServerInfo } from '../../music-assistant/server-info.ts'

/** What is spoken on the WebSockets of those upstreams that the gateway understands. */
export function loadProtocols(
  upstreams: Iterable<Upstream>,
  allowCommand: (upstream: Upstream) => AllowCommand,
): Map<Upstream, MessageProtocol> {
  const protocols = new Map<Upstream, MessageProtocol>()
  for (const upstream of upstreams) {
    if (upstream.kind !== 'music-assistant') continue
    const allow = allowCommand(upstream)
    protocols.set(upstream, {
      paths: /^\/ws\/?$/,
      greeting: rememberServerInfo(callsTo(upstream)),
      begin: (greeting) => beginConversation(allow, greeting),
    })
  }
  return protocols
}

#!/bin/sh
# Tailscale Funnel: Tailscale ends TLS on this machine, with a certificate for its name in your tailnet, and sends
# X-Forwarded-Proto itself. public_url is https://NAME.TAILNET.ts.net, as the command prints it.
# In gateway.yaml: listen: { plain: 127.0.0.1:8081, trusted_proxies: [127.0.0.1] } and tls: none.
exec tailscale funnel --bg --https=443 http://127.0.0.1:8081

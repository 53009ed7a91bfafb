"""A client made of Debian's python3-authlib."""

from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from speak import answer_with, bearer, settings, tokens_of

SETTINGS = settings()
CLIENT_ID, SECRET, ISSUER = SETTINGS["client"], SETTINGS["secret"], SETTINGS["issuer"]
METHODS = {"basic": "client_secret_basic", "post": "client_secret_post", "none": "none"}


def discover():
    """authlib checks metadata against RFC 8414, but leaves using it to its integrations with web frameworks."""
    url = get_well_known_url(ISSUER, external=True)
    metadata = AuthorizationServerMetadata(requests.get(url).json())
    metadata.validate()
    return metadata


class Client:
    def __init__(self):
        self.server = discover()
        self.state = generate_token(32)
        self.verifier = generate_token(64) if SETTINGS.get("pkce") else None
        self.session = self.new_session(state=self.state)

    def new_session(self, **options):
        method = METHODS[SETTINGS["method"]]
        return OAuth2Session(
            CLIENT_ID,
            SECRET or None,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            scope=" ".join(SETTINGS["scopes"]),
            redirect_uri=SETTINGS.get("callback"),
            code_challenge_method="S256",
            **options,
        )

    def authorizationUrl(self):
        endpoint = self.server["authorization_endpoint"]
        url, _ = self.session.create_authorization_url(endpoint, state=self.state, code_verifier=self.verifier)
        return url

    def exchange(self, callback):
        # As its integrations with web frameworks do first.
        error = parse_qs(urlsplit(callback).query).get("error")
        if error:
            raise OAuthError(error[0])
        verifier = {"code_verifier": self.verifier} if self.verifier else {}
        endpoint = self.server["token_endpoint"]
        return tokens_of(self.session.fetch_token(endpoint, authorization_response=callback, **verifier))

    def begin(self):
        """authlib has the words for RFC 8628 on the server's side only: a client's request is an ordinary one."""
        endpoint = self.server["device_authorization_endpoint"]
        auth = self.session.client_auth(METHODS[SETTINGS["method"]])
        scope = {"scope": " ".join(SETTINGS["scopes"])}
        answer = self.session.post(endpoint, data=scope, auth=auth, withhold_token=True)
        answer.raise_for_status()
        self.started = answer.json()
        return self.started

    def ask(self):
        grant = {"grant_type": DEVICE_CODE_GRANT_TYPE, "device_code": self.started["device_code"]}
        return tokens_of(self.session.fetch_token(self.server["token_endpoint"], **grant))

    def refresh(self, tokens):
        return tokens_of(self.session.refresh_token(self.server["token_endpoint"], tokens["refresh"]))

    def revoke(self, token, hint):
        self.session.revoke_token(self.server["revocation_endpoint"], token, hint).raise_for_status()

    def introspect(self, token):
        return self.session.introspect_token(self.server["introspection_endpoint"], token).json()

    def userinfo(self, tokens):
        return self.new_session(token=bearer(tokens)).get(self.server["userinfo_endpoint"]).json()

    def callApi(self, tokens):
        session = self.new_session(token=bearer(tokens))
        return session.post(ISSUER + "/api", json={"command": "players/all"}).status_code


answer_with(Client())

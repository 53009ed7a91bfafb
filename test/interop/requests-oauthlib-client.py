"""A client made of Debian's python3-requests-oauthlib, which has no call for revocation: oauthlib writes the request."""

import os
from urllib.parse import urlsplit

import requests
from oauthlib.oauth2 import DeviceClient, WebApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from speak import answer_with, bearer, settings, tokens_of

SETTINGS = settings()
CLIENT_ID, SECRET, BASE = SETTINGS["client"], SETTINGS["secret"], SETTINGS["issuer"] + "/alexa"


# oauthlib takes a callback over plain http for a mistake, unless it is told: for an app on this machine it is none.
if SETTINGS.get("callback", "").startswith("http://127.0.0.1"):
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


class Client:
    def __init__(self, oauth):
        self.oauth = oauth
        self.session = OAuth2Session(client=oauth, redirect_uri=SETTINGS.get("callback"), scope=SETTINGS["scopes"])
        self.verifier = oauth.create_code_verifier(64) if SETTINGS.get("pkce") else None

    def authentication(self):
        """As fetch_token has it: an `auth`, or else the credentials in the body."""
        if SETTINGS["method"] == "basic":
            return {"auth": HTTPBasicAuth(CLIENT_ID, SECRET)}
        return {"include_client_id": True, **({"client_secret": SECRET} if SECRET else {})}

    def authorizationUrl(self):
        challenge = {}
        if self.verifier:
            challenge["code_challenge"] = self.oauth.create_code_challenge(self.verifier, "S256")
            challenge["code_challenge_method"] = "S256"
        url, _ = self.session.authorization_url(BASE + "/authorize", **challenge)
        return url

    def exchange(self, callback):
        verifier = {"code_verifier": self.verifier} if self.verifier else {}
        response = {"authorization_response": callback, **verifier, **self.authentication()}
        return tokens_of(self.session.fetch_token(BASE + "/token", **response))

    def refresh(self, tokens):
        authentication = self.authentication()
        if "include_client_id" in authentication:
            # Unlike fetch_token, refresh_token leaves the credentials of the body to its caller.
            del authentication["include_client_id"]
            authentication["client_id"] = CLIENT_ID
        return tokens_of(self.session.refresh_token(BASE + "/token", tokens["refresh"], **authentication))

    def revoke(self, token, hint):
        credentials = {"client_id": CLIENT_ID, **({"client_secret": SECRET} if SECRET else {})}
        basic = SETTINGS["method"] == "basic"
        url, headers, body = self.oauth.prepare_token_revocation_request(
            BASE + "/revoke", token, hint, **({} if basic else credentials)
        )
        auth = HTTPBasicAuth(CLIENT_ID, SECRET) if basic else None
        requests.post(url, headers=headers, data=body, auth=auth).raise_for_status()

    def userinfo(self, tokens):
        return OAuth2Session(CLIENT_ID, token=bearer(tokens)).get(BASE + "/userinfo").json()

    def callApi(self, tokens):
        session = OAuth2Session(CLIENT_ID, token=bearer(tokens))
        return session.post(SETTINGS["issuer"] + "/api", json={"command": "players/all"}).status_code


class Device(Client):
    def begin(self):
        basic = SETTINGS["method"] == "basic"
        secret = {} if basic or not SECRET else {"client_secret": SECRET}
        # oauthlib puts into the query what RFC 8628 section 3.1 wants in the body.
        uri = self.oauth.prepare_request_uri(BASE + "/device_authorization", **secret)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        auth = HTTPBasicAuth(CLIENT_ID, SECRET) if basic else None
        answer = requests.post(BASE + "/device_authorization", data=urlsplit(uri).query, headers=headers, auth=auth)
        answer.raise_for_status()
        self.started = answer.json()
        return self.started

    def ask(self):
        code = self.started["device_code"]
        return tokens_of(self.session.fetch_token(BASE + "/token", device_code=code, **self.authentication()))


if "callback" in SETTINGS:
    answer_with(Client(WebApplicationClient(CLIENT_ID)))
else:
    answer_with(Device(DeviceClient(CLIENT_ID, scope=SETTINGS["scopes"])))

"""An app made of the MCP project's own SDK, as it comes: it is told an address, and where its user came back to."""

import asyncio
import json
import logging
import os
import ssl
import sys
import time
import traceback
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

SETTINGS = json.loads(sys.argv[1])
HOUR = 3600

# What went wrong is told to the test.
logging.disable()

# The clock of this process, which the test sets on: the SDK looks at it to know whether a token is over.
real_time, ahead = time.time, 0.0
time.time = lambda: real_time() + ahead


class Memory(TokenStorage):
    def __init__(self):
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None
        if "client" in SETTINGS:
            self.client = OAuthClientInformationFull(
                client_id=SETTINGS["client"],
                redirect_uris=[SETTINGS["callback"]],
                token_endpoint_auth_method="none",
                issuer=SETTINGS["issuer"],
            )

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


class App:
    def __init__(self):
        self.asks: asyncio.Queue[str] = asyncio.Queue()
        self.callbacks: asyncio.Queue[str] = asyncio.Queue()
        self.calls: asyncio.Queue[tuple[str, asyncio.Future]] = asyncio.Queue()
        self.connected: asyncio.Future | None = None
        self.running: asyncio.Task | None = None

    async def send_user(self, url):
        await self.asks.put(url)

    async def come_back(self):
        query = parse_qs(urlsplit(await self.callbacks.get()).query)
        if "error" in query:
            raise RuntimeError(query["error"][0])
        return AuthorizationCodeResult(**{name: query[name][0] for name in ("code", "state", "iss")})

    async def run(self):
        """The SDK wants what it opens to be closed by the task that opened it."""
        provider = OAuthClientProvider(
            server_url=SETTINGS["server"],
            client_metadata=OAuthClientMetadata(
                client_name="App in Python",
                redirect_uris=[SETTINGS["callback"]],
                token_endpoint_auth_method="none",
            ),
            storage=Memory(),
            redirect_handler=self.send_user,
            callback_handler=self.come_back,
            client_metadata_url=SETTINGS.get("document"),
        )
        verify = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        try:
            async with httpx2.AsyncClient(auth=provider, verify=verify, timeout=30) as http:
                async with Client(streamable_http_client(SETTINGS["server"], http_client=http)) as client:
                    self.connected.set_result("")
                    while True:
                        name, answer = await self.calls.get()
                        result = await client.call_tool(name, {})
                        answer.set_result(result.content[0].text)
        except Exception as error:
            if not self.connected.done():
                self.connected.set_exception(error)
            raise

    async def until_needed(self):
        asked = asyncio.create_task(self.asks.get())
        await asyncio.wait({asked, self.connected}, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            return asked.result()
        asked.cancel()
        return self.connected.result()

    async def connect(self):
        self.connected = asyncio.get_running_loop().create_future()
        self.running = asyncio.create_task(self.run())
        return await self.until_needed()

    async def finish(self, callback):
        await self.callbacks.put(callback)
        return await self.until_needed()

    async def callTool(self, name):
        answer = asyncio.get_running_loop().create_future()
        await self.calls.put((name, answer))
        await asyncio.wait({answer, self.running}, return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else self.running.result()

    async def anHourLater(self):
        global ahead
        ahead += HOUR


async def main():
    app = App()
    while line := await asyncio.to_thread(sys.stdin.readline):
        verb, *arguments = json.loads(line)
        try:
            answer = {"value": await getattr(app, verb)(*arguments)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


asyncio.run(main())

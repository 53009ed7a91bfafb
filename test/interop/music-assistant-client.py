"""Plays music with Music Assistant's own client, as it is, and says in JSON what came of it."""

import asyncio
import json
import ssl
import sys

from music_assistant_client import MusicAssistantClient
from music_assistant_models.enums import EventType
from music_assistant_models.errors import AuthenticationFailed


async def until_ready(client: MusicAssistantClient) -> asyncio.Task:
    """Listen, as Home Assistant does: nothing is done before the client has fetched what it begins with."""
    ready = asyncio.Event()
    listening = asyncio.create_task(client.start_listening(ready))
    # Its first step starts the fetching, in a task that nobody awaits: what fails there is told to nobody.
    await asyncio.sleep(0)
    await next(task for task in asyncio.all_tasks() if task.get_coro().__name__ == "fetch_initial_state")
    await ready.wait()
    return listening


async def play(settings: dict) -> dict:
    """Connect with the token, play, and wait for the event that says so."""
    context = ssl.create_default_context(cafile=settings["ca"])
    client = MusicAssistantClient(settings["url"], None, token=settings["token"], ssl_context=context)
    try:
        await client.connect()
    except AuthenticationFailed as error:
        return {"failed": type(error).__name__, "says": str(error)}
    playing: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def on_event(event) -> None:
        if event.object_id == settings["queue"] and not playing.done():
            playing.set_result(event.event.value)

    client.subscribe(on_event, EventType.QUEUE_UPDATED)
    listening = await until_ready(client)
    knows = {
        "providers": len(client.providers),
        "players": len(client.players.players),
        "queues": len(client.player_queues.player_queues),
    }
    await client.player_queues.play_media(settings["queue"], settings["media"])
    heard = await playing
    tracks = await client.music.get_library_tracks(limit=500)
    await client.disconnect()
    await listening
    return {
        "server": client.server_info.server_id,
        "knows": knows,
        "heard": heard,
        "tracks": len(tracks),
    }


print(json.dumps(asyncio.run(play(json.loads(sys.argv[1])))))

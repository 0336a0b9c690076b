"""A small mail server: it speaks SMTP over a real socket, and keeps what it is given."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """Answers as `replies` say (command -> reply); `users` may log in with their passwords."""

    users: dict[str, str] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's conversation."""

        def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())

        say("220 mail.test")
        while line := (await reader.readline()).decode().strip():
            word = line.split()[0].upper()
            if word in self.replies:
                say(self.replies[word])
            elif word == "EHLO":
                say("250-mail.test")
                say("250 AUTH PLAIN")
            elif word == "AUTH":
                _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                right = self.users.get(user) == password
                say("235 welcome" if right else f"535 5.7.8 not {password}")
            elif word == "RCPT":
                self.receivers.append(line.partition("<")[2].partition(">")[0])
                say("250 ok")
            elif word == "DATA":
                say("354 go on")
                text = await reader.readuntil(b"\r\n.\r\n")
                self.messages.append(text.decode().removesuffix("\r\n.\r\n"))
                say("250 kept")
            else:
                say("221 bye" if word == "QUIT" else "250 ok")
            await writer.drain()
            if word == "QUIT":
                break
        writer.close()
        await writer.wait_closed()

    @contextmanager
    def running(self) -> Iterator[MailServer]:
        """Listen on a free port until the block ends."""
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(server.close)
            asyncio.run_coroutine_threadsafe(_quiet(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _quiet() -> None:
    """Until every conversation has ended."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=5)

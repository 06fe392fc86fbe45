"""A stand-in for the service: a process that serves FastAGI by a small script, to be killed at will.

    python service_stub.py PORT SCRIPT [SCRIPT ...]

Each SCRIPT is a list of AGI commands separated by `;`. The n-th call is served by the n-th script, the
last serves all that follow. `wait` keeps the call for ever. Prints a JSON line for each step.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps({"at": time.time(), **facts}) + "\n")
    sys.stdout.flush()


async def serve(scripts: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
    request = {}
    while line := (await reader.readline()).decode(errors="replace").strip():
        name, _, value = line.partition(":")
        request[name] = value.strip()
    say(event="call", request=request)
    for command in filter(None, map(str.strip, script.split(";"))):
        if command == "wait":
            await asyncio.sleep(3600)
        writer.write(command.encode() + b"\n")
        answer = (await reader.readline()).decode(errors="replace").strip()
        if answer == "HANGUP":
            answer = (await reader.readline()).decode(errors="replace").strip()
        say(event="answer", command=command, answer=answer)
        if not answer:
            break
    writer.close()


async def main(port: int, scripts: list[str]) -> None:
    server = await asyncio.start_server(lambda r, w: serve(scripts, r, w), "127.0.0.1", port)
    say(event="ready")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))

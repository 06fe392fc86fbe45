"""The bench's flow as a Python script by AGI, with nothing but the standard library."""

import sys
from datetime import datetime


def ask(command: str) -> str:
    sys.stdout.write(command + "\n")
    sys.stdout.flush()
    return sys.stdin.readline()


env = {}
while line := sys.stdin.readline().strip():
    name, _, value = line.partition(":")
    env[name] = value.strip()

now = datetime.now()  # noqa: DTZ005 - the switch's own clock, as such scripts do it
is_open = now.weekday() < 5 and 8 <= now.hour < 18
ask(f'EXEC Playback "{sys.argv[1]}"')
ask(f'EXEC Dial "{sys.argv[2] if is_open else sys.argv[3]}"')
ask("HANGUP")

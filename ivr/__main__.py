"""The `dutyline` command."""


def main() -> None:
    raise SystemExit("not yet")

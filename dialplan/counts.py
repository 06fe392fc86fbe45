"""How many there are of something, in words: `1 fault`, `2 faults`, `1,024 rows`."""


def say_count(count: int, one: str, many: str = "") -> str:
    """`many`: where more of them are not just one and an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"

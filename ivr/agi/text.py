"""Bytes from the switch as text: callers' names come in whatever their phone was set to."""


def decoded(value: bytes) -> str:
    """UTF-8 where it is that, else Latin-1, which takes any bytes; NULs are left out. Never raises."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return text.replace("\0", "") if "\0" in text else text

"""Whose certificates are believed when mail servers are spoken to, and what is wrong with one, in words."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

WHOM = "DUTYLINE_MAIL_CA_FILE names whom to trust beside them"


class CaFileError(OSError):
    """The file of certificates cannot be used."""


def make_context(ca_file: str = "") -> ssl.SSLContext:
    """Those whom the machine trusts, and the authorities of `ca_file` (PEM). CaFileError."""
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as fault:
            # an SSLError is one: a file in which there is no certificate
            why = fault.strerror if not isinstance(fault, ssl.SSLError) and fault.strerror else "no PEM in it"
            raise CaFileError(f"DUTYLINE_MAIL_CA_FILE {ca_file} cannot be used: {why}") from fault
    return context


def say_tls(fault: BaseException) -> str:
    """A fault of TLS, or one that came of it, as an administrator can use it; empty: it is none."""
    found = next((each for each in _causes(fault) if isinstance(each, CaFileError | ssl.SSLError)), None)
    if found is None or isinstance(found, CaFileError):
        return str(found or "")
    if isinstance(found, ssl.SSLCertVerificationError):
        why = found.verify_message
        if "mismatch" in why:
            return f"its certificate is another one's: {why}"
        return f"its certificate is not trusted: {why}; {WHOM}"
    if found.reason == "WRONG_VERSION_NUMBER":
        return "it does not begin with TLS on this port; is starttls meant?"
    return f"TLS failed: {found.reason or found}"


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """It, and what it came of."""
    found: BaseException | None = fault
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


__all__ = ["CaFileError", "make_context", "say_tls"]

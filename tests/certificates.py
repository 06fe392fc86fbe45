"""An authority of a test's own, and certificates that it signs: made by the machine's OpenSSL."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """Of a server: two PEM files, and the authority that has signed it."""

    chain: Path
    key: Path
    authority: Path


def make_certificate(folder: Path, name: str = "DNS:localhost,IP:127.0.0.1") -> Certificate:
    """One for `name`, by an authority nobody knows."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, chain, key = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    extensions = folder / "server.ext"
    extensions.write_text(f"subjectAltName={name}\nbasicConstraints=CA:FALSE\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl(
        folder, "req", "-x509", *curve, "-keyout", "authority.key", "-out", authority, "-days", "2",
        "-subj", "/CN=An authority for a test", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    _openssl(folder, "req", *curve, "-keyout", key, "-out", "server.csr", "-subj", "/CN=A server")
    _openssl(
        folder, "x509", "-req", "-in", "server.csr", "-CA", authority, "-CAkey", "authority.key",
        "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", chain,
    )  # fmt: skip
    return Certificate(chain, key, authority)


def _openssl(folder: Path, *words: str | Path) -> None:
    subprocess.run(("openssl", *map(str, words)), cwd=folder, check=True, capture_output=True, timeout=60)

"""A small Debian archive on this machine's disk, signed with a key made for the test."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

import pytest

from asterisk.package import TRIPLETS

NEEDED = ("apt-get", "apt-cache", "dpkg-deb", "dpkg")


def build_deb(folder: Path, name: str, version: str, files: dict[str, str], depends: str = "") -> Path:
    """Build one package. `files` maps paths inside it to what they hold."""
    source = folder / f"{name}-source"
    shutil.rmtree(source, ignore_errors=True)
    for path, text in files.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text)
        (source / path).chmod(0o755)
    control = f"Package: {name}\nVersion: {version}\nArchitecture: {architecture()}\n"
    control += "Maintainer: Test <test@archive.example>\n" + (f"Depends: {depends}\n" if depends else "")
    (source / "DEBIAN").mkdir(parents=True)
    (source / "DEBIAN/control").write_text(f"{control}Description: a test\n")
    deb = folder / f"{name}_{version.replace(':', '%3a')}_{architecture()}.deb"
    run("dpkg-deb", "--build", "--root-owner-group", source, deb)
    return deb


def architecture() -> str:
    return run("dpkg", "--print-architecture").strip()


def run(*command: str | Path, **env: str) -> str:
    answer = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, check=True, timeout=60
    )
    return answer.stdout


def loader_files(triplet: str) -> dict[str, str]:
    return {f"usr/lib/{triplet}/ld-linux-test.so.2": "", f"usr/lib/{triplet}/libc.so.6": ""}


@dataclass(slots=True)
class Archive:
    """`root` is the address; `keyring` checks what `sign` signed with the key in `home`."""

    root: Path
    home: Path
    keyring: Path
    debs: list[Path] = field(default_factory=list)

    def add(self, name: str, version: str, files: dict[str, str], depends: str = "") -> None:
        pool = self.root / "pool"
        pool.mkdir(parents=True, exist_ok=True)
        self.debs.append(build_deb(pool, name, version, files, depends))

    def publish(self, suite: str, *, is_signed: bool = True) -> None:
        """Write the suite's index and release files."""
        folder = self.root / "dists" / suite
        index = f"main/binary-{architecture()}/Packages"
        (folder / index).parent.mkdir(parents=True, exist_ok=True)
        (folder / index).write_text("\n".join(map(self._paragraph, self.debs)))
        data = (folder / index).read_bytes()
        release = (
            f"Origin: Test\nSuite: {suite}\nCodename: {suite}\nDate: {formatdate(usegmt=True)}\n"
            f"Architectures: {architecture()}\nComponents: main\n"
            f"SHA256:\n {hashlib.sha256(data).hexdigest()} {len(data)} {index}\n"
        )
        (folder / "Release").write_text(release)
        (folder / "InRelease").unlink(missing_ok=True)
        if is_signed:
            self._gpg("--yes", "--clearsign", "-o", folder / "InRelease", folder / "Release")

    def _paragraph(self, deb: Path) -> str:
        data = deb.read_bytes()
        control = run("dpkg-deb", "--field", deb)
        return (
            f"{control}Filename: pool/{deb.name}\nSize: {len(data)}\n"
            f"SHA256: {hashlib.sha256(data).hexdigest()}\n"
        )

    def _gpg(self, *words: str | Path) -> None:
        run("gpg", "--homedir", self.home, "--batch", "--quiet", *words)


@pytest.fixture(scope="session")
def signing_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A gpg home with one key, and its public half in `keyring.gpg`."""
    if not shutil.which("gpg") or not all(map(shutil.which, NEEDED)):
        pytest.skip("needs gpg, apt and dpkg to make an archive")
    home = tmp_path_factory.mktemp("gpg")
    home.chmod(0o700)
    gpg = ("gpg", "--homedir", home, "--batch", "--quiet")
    run(*gpg, "--passphrase", "", "--quick-generate-key", "archive@test.example", "rsa2048", "sign", "never")
    run(*gpg, "--export", "-o", home / "keyring.gpg")
    yield home
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False, timeout=30)


@pytest.fixture
def archive(tmp_path: Path, signing_home: Path) -> Archive:
    """An archive that offers sip-tester 3.8.0 and the library it needs."""
    archive = Archive(tmp_path / "archive", signing_home, signing_home / "keyring.gpg")
    archive.add("libtest6", "2.43-7", loader_files(TRIPLETS[architecture()]))
    archive.add("sip-tester", "1:3.8.0-1", {"usr/bin/sipp": "#!/bin/sh\n"}, "libtest6, adduser")
    return archive

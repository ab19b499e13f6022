"""Set the project up from any Python 3 and nothing else: `make setup` runs this.

1. uv: the one on PATH if it suits this project, else the one that uv.lock pins, into `.tools/uv`, its hash checked.
2. `.venv`: CPython 3.13, which uv brings where it is missing, with all that the project needs.
3. `.tools/sam`: the SAM CLI, whose pins disagree with those of the embedded AWS.
4. `.tools/checkov`: what scans the template, by a lock of its own, `scanners/uv.lock`.

Written for old Pythons: it runs before there is a new one.
"""

import hashlib
import io
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"


def main():
    uv = suitable_uv() or fetched_uv()
    run(uv, "sync", "--frozen", "--quiet", environment=ROOT / ".venv")
    run(uv, "sync", "--frozen", "--quiet", "--only-group", "sam", environment=TOOLS / "sam")
    run(uv, "sync", "--frozen", "--quiet", environment=TOOLS / "checkov", project=ROOT / "scanners")


def suitable_uv():
    """A uv that meets pyproject.toml's `required-version`: on PATH, or fetched before. Asked without a network."""
    project = (ROOT / "pyproject.toml").read_text()
    required = numbers(re.search(r'^required-version = ">=([\d.]+)"$', project, re.MULTILINE).group(1))
    for candidate in (shutil.which("uv"), str(TOOLS / "uv" / "uv")):
        if candidate and os.access(candidate, os.X_OK) and version(candidate) >= required:
            return candidate
    return None


def version(uv):
    """As numbers, none for a program that is no uv or can't run here."""
    try:
        said = subprocess.run([uv, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    except OSError:
        return []
    found = re.match(r"uv (\d+(?:\.\d+)*)", said.decode(errors="replace"))
    return numbers(found.group(1)) if found else []


def numbers(dotted):
    return [int(number) for number in dotted.split(".")]


def fetched_uv():
    url, digest = locked_wheel((ROOT / "uv.lock").read_text())
    print("fetching uv: {}".format(url.rpartition("/")[2]), flush=True)
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            wheel = answer.read()
    except (urllib.error.URLError, OSError) as error:
        sys.exit("setup: uv could not be fetched ({}); install uv yourself and run this again".format(error))
    if hashlib.sha256(wheel).hexdigest() != digest:
        sys.exit("setup: what was fetched from {} is not what uv.lock pins".format(url))
    target = TOOLS / "uv" / "uv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(wheel)) as files:
        member = next(name for name in files.namelist() if name.endswith(".data/scripts/uv"))
        unfinished = target.with_suffix(".unfinished")
        unfinished.write_bytes(files.read(member))
    unfinished.chmod(0o755)
    unfinished.replace(target)
    return str(target)


def locked_wheel(lock):
    """URL and sha256 of uv's wheel for this machine, as uv.lock has them."""
    package = re.search(r'\[\[package\]\]\nname = "uv"\n.*?\n\n', lock, re.DOTALL)
    wheels = re.findall(r'url = "([^"]+\.whl)", hash = "sha256:([0-9a-f]+)"', package.group(0) if package else "")
    machine = {"amd64": "x86_64", "arm64": "arm64" if sys.platform == "darwin" else "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    libc = "musllinux" if sys.platform == "linux" and not platform.libc_ver()[0] else "manylinux"
    system = {"darwin": "macosx", "linux": libc}.get(sys.platform, sys.platform)
    for url, digest in wheels:
        name = url.rpartition("/")[2]
        if system in name and machine in name:
            return url, digest
    sys.exit("setup: uv has no wheel for {} on {}; install uv yourself".format(sys.platform, machine))


def run(uv, *arguments, environment, project=ROOT):
    settings = dict(surroundings(), UV_PROJECT_ENVIRONMENT=str(environment))
    done = subprocess.run([uv, "--project", str(project), *arguments], env=settings, check=False)
    if done.returncode and not finds_python(uv):
        sys.exit(
            "setup: there is no CPython {0} here and uv could not fetch one; "
            "install Python {0} and run `make setup` again".format(python_version())
        )
    if done.returncode:
        sys.exit("setup: `uv {}` failed, as said above; run `make setup` again".format(" ".join(arguments)))


def finds_python(uv):
    asked = [uv, "python", "find", "--no-project", "--no-python-downloads", "--quiet", python_version()]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(asked, cwd=str(ROOT), env=surroundings(), check=False, **silent).returncode == 0


def python_version():
    return (ROOT / ".python-version").read_text().strip()


def surroundings():
    # A virtual environment that happens to be active must not be taken for ours.
    settings = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    if ssl.create_default_context().cert_store_stats()["x509_ca"]:
        settings.setdefault("UV_SYSTEM_CERTS", "1")  # trust what this machine trusts, a company's proxy say
    return settings


if __name__ == "__main__":
    main()

"""Whether jobs can have a file system of their own here: tried once, by doing it."""

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from pointsman.local.sagemaker import job_cell

_TRIAL = """
import sys
sys.path.append(sys.argv[1])
import job_cell
job_cell.enter(sys.argv[2], [], "/")
open("/opt/ml/made", "w").close()
"""
_RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


@cache
def refusal() -> str | None:
    """Why not, and what to do about it; None where they can."""
    if not sys.platform.startswith("linux"):
        return "that needs Linux; a Linux virtual machine or container on this machine will do"
    with tempfile.TemporaryDirectory() as root:
        for name in ("rootfs", "root", "tmp", "opt/ml"):
            Path(root, name).mkdir(parents=True)
        command = [sys.executable, "-I", "-S", "-c", _TRIAL, str(Path(job_cell.__file__).parent), root]
        tried = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        if tried.returncode == 0 and Path(root, "opt/ml/made").exists():
            return None
    lines = tried.stderr.strip().splitlines()
    return f"the kernel refuses a user and mount namespace ({lines[-1] if lines else 'no reason given'}); {_remedy()}"


def _remedy() -> str:
    if _RESTRICTED.exists() and _RESTRICTED.read_text().strip() == "1":
        return "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` allows it"
    return (
        "`sudo sysctl user.max_user_namespaces=10000` allows it where they are switched off,"
        " `--security-opt seccomp=unconfined` or `--cap-add SYS_ADMIN` inside a Docker container"
    )

"""A file system of a job's own, by Linux namespaces: `/opt/ml`, `/tmp`, `/root` and `/` are the job's.

Entered by the guardian's child just before it becomes the job's command. All mounts end with the last process in the
namespace, so nothing is left behind however that ends. What else the machine has is seen read-only at its usual place.
Standard library only, and little of it: this is on the way of every job's start.
"""

import ctypes
import os
from contextlib import suppress

# The job's, whatever the machine has there.
OWN = ("opt", "root", "tmp")
_AS_THEY_ARE = frozenset({"dev", "proc", "sys"})

_READ_ONLY, _BIND, _RECURSIVE, _PRIVATE = 0x1, 0x1000, 0x4000, 0x40000
_SYS_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE = 442, -100, 0x8000


def enter(root: str, visible: list[str], directory: str) -> None:
    """`root`: the job's folder; `visible`: the machine's folders that it sees, and may write to, at their own paths.

    Raises OSError where the kernel doesn't let us. To be called by a process of a single thread.
    """
    _unshare()
    libc = ctypes.CDLL(None, use_errno=True)
    _mount(libc, None, "/", _RECURSIVE | _PRIVATE)
    new = f"{root}/rootfs"
    _mount(libc, "tmpfs", new, 0, "tmpfs", "mode=755")
    for name in os.listdir("/"):
        _show(libc, name, new)
    for name in ("root", "tmp", "opt/ml"):
        os.makedirs(f"{new}/{name}")
        _mount(libc, f"{root}/{name}", f"{new}/{name}", _BIND)
    _show_rest_of_opt(libc, new)
    for path in (*visible, root):
        os.makedirs(new + path, exist_ok=True)
        _mount(libc, path, new + path, _BIND | _RECURSIVE if path != root else _BIND)
    os.chroot(new)
    os.chdir(directory)


def _unshare() -> None:
    user, group = os.geteuid(), os.getegid()
    try:
        os.unshare(os.CLONE_NEWNS)  # enough for one who may mount
    except PermissionError:
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
        with suppress(FileNotFoundError):
            _write("/proc/self/setgroups", "deny")
        # Root inside, as in a container; outside, files are still those of who runs this.
        _write("/proc/self/uid_map", f"0 {user} 1")
        _write("/proc/self/gid_map", f"0 {group} 1")


def _show(libc: ctypes.CDLL, name: str, new: str) -> None:
    source, target = f"/{name}", f"{new}/{name}"
    if name in OWN:
        return
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
    elif os.path.isdir(source):
        os.mkdir(target)
        _mount(libc, source, target, _BIND | _RECURSIVE)
        if name not in _AS_THEY_ARE:
            _make_read_only(libc, target)


def _show_rest_of_opt(libc: ctypes.CDLL, new: str) -> None:
    """Interpreters and compilers live there on some machines."""
    for name in os.listdir("/opt") if os.path.isdir("/opt") else ():
        if name != "ml" and os.path.isdir(f"/opt/{name}"):
            os.mkdir(f"{new}/opt/{name}")
            _mount(libc, f"/opt/{name}", f"{new}/opt/{name}", _BIND | _RECURSIVE)
            _make_read_only(libc, f"{new}/opt/{name}")


def _make_read_only(libc: ctypes.CDLL, path: str) -> None:
    """With all that is mounted below. Kernels before 5.12 cannot; there the user's permissions alone protect it."""
    attributes = (ctypes.c_uint64 * 4)(_READ_ONLY, 0, 0, 0)
    libc.syscall(
        _SYS_MOUNT_SETATTR, _AT_FDCWD, path.encode(), _AT_RECURSIVE, ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )  # fmt: skip


def _mount(  # noqa: PLR0917 -- the system call's own
    libc: ctypes.CDLL, source: str | None, target: str, flags: int, kind: str | None = None, options: str | None = None
) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind, options)]
    if libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3]) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"mount {source} on {target}")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)

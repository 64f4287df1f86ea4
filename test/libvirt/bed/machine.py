"""Makes the machine look different to the processes of one host: its files, users, name and network.

All of it is done in the namespaces of the calling process and is gone with them.
"""

import ctypes
import os
import socket
import subprocess
import uuid
from pathlib import Path

# A host has these to itself, empty and in memory, where nothing waits for a disk.
PRIVATE_FOLDERS = ("/run", "/etc/libvirt", "/var/lib", "/var/cache", "/var/log")
LIBVIRT_USER = {
    "passwd": "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin",
    "group": "libvirt-qemu:x:64055:",
}
KVM = "/dev/kvm"
CLONE_NEWNET = 0x40000000
# How long a daemon may take to answer after its start, in seconds.
PATIENCE = 30


def run(*command):
    """Runs a program that must succeed."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=PATIENCE)


def cover(source, target):
    """Lets a file or folder stand in the place of another one, for this host's processes only."""
    if Path(source).is_dir():
        os.makedirs(target, exist_ok=True)
    run("mount", "--bind", str(source), str(target))


def add_programs(folder):
    """Lets what is in a folder be in /usr as well, in the place of what has the same name there."""
    run("mount", "-t", "overlay", "-o", f"lowerdir={folder}:/usr", "overlay", "/usr")
    # QEMU loads every module that it finds, and only its own.
    for modules in Path(folder).glob("lib/*/qemu"):
        cover(modules, Path("/usr") / modules.relative_to(folder))


def hide(folder):
    """libvirt's folders are the host's own; no cgroup, no system bus and no other daemon is in sight."""
    for target in PRIVATE_FOLDERS:
        run("mount", "-t", "tmpfs", "tmpfs", target)
    # Clients outside reach the sockets by their path in the host's folder; the state of guests is beside them.
    (folder / "run").mkdir()
    cover(folder / "run", "/run/libvirt")
    os.mkdir("/run/libvirt/qemu")
    run("mount", "-t", "tmpfs", "tmpfs", "/run/libvirt/qemu")
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    for _, target, kind, *_ in reversed(mounts):
        if kind in ("cgroup", "cgroup2"):
            run("umount", "--lazy", target)


def add_kvm(folder):
    """A /dev/kvm where the machine has none, so that a domain's XML and what libvirt finds in it are the same everywhere.

    libvirt asks no more of it than whether it may be opened; guests run without it.
    """
    if Path(KVM).exists():
        return
    (folder / "dev").mkdir()
    (folder / "dev" / Path(KVM).name).touch()
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    inside = sorted({target for target in mounts if target.startswith("/dev/")})
    for target in inside:
        kept = folder / "kept" / Path(target).relative_to("/dev")
        kept.mkdir(parents=True) if Path(target).is_dir() else kept.touch()
        cover(target, kept)
    run("mount", "-t", "overlay", "-o", f"lowerdir={folder / 'dev'}:/dev", "overlay", "/dev")
    # Moved, not bound: nothing of the machine's may be left in a folder that the host removes at its end.
    for target in inside:
        run("mount", "--move", str(folder / "kept" / Path(target).relative_to("/dev")), target)
    # An overlay is read-only, and libvirt wants to write.
    cover(folder / "dev" / Path(KVM).name, KVM)


def add_users(folder):
    """The user that Debian's libvirt wants to exist, whether or not its packages have made it here."""
    for name, entry in LIBVIRT_USER.items():
        lines = Path("/etc", name).read_text().splitlines()
        known = any(line.startswith("libvirt-qemu:") for line in lines)
        (folder / name).write_text("\n".join(lines if known else [*lines, entry]) + "\n")
        cover(folder / name, f"/etc/{name}")


def own_network():
    """Moves this process into a network of its own, joined to the machine's. Returns its address there."""
    moved_read, moved_write = os.pipe()
    number_read, number_write = os.pipe()
    if os.fork() == 0:
        # This process stays in the machine's network, which alone can make the pair.
        os.close(moved_write)
        os.read(moved_read, 1)
        for number in range(77, 250):
            outer = f"sevscope{number}"
            pair = ["ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", "1"]
            if subprocess.run(pair, stderr=subprocess.DEVNULL).returncode == 0:
                run("ip", "address", "add", f"10.213.{number}.1/30", "dev", outer)
                run("ip", "link", "set", outer, "up")
                os.write(number_write, bytes([number]))
                break
        os._exit(0)
    os.close(number_write)
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    os.close(moved_write)
    number = int.from_bytes(os.read(number_read, 1), "little")
    if number == 0:
        raise OSError("no pair of network devices can be made for this host")
    for device in ("lo", "eth0"):
        run("ip", "link", "set", device, "up")
    run("ip", "address", "add", f"10.213.{number}.2/30", "dev", "eth0")
    return f"10.213.{number}.2"


def new_id():
    """An id that no other machine has."""
    return str(uuid.uuid4())


def own_id():
    """The machine's id as a UUID; a container may have none."""
    try:
        return str(uuid.UUID(Path("/etc/machine-id").read_text().strip()))
    except (FileNotFoundError, ValueError):
        return new_id()


def rename(folder, name):
    """The host's own name, which libvirt asks the resolver for."""
    socket.sethostname(name)
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n127.0.1.1 {name} {name.split('.')[0]}\n")
    cover(hosts, "/etc/hosts")

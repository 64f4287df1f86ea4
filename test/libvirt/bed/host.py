"""Process 1 of a host of the test bed: a libvirtd, and perhaps an sshd, that see a machine of their own.

    unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc python3 host.py FOLDER SETTINGS-AS-JSON

SETTINGS: {"cpu": [family, model, stepping], "port": N} for a host that keeps the machine's name and network, or with
"name" for one that has its own. One line of JSON on standard output says when and where it is ready; then each line of
standard input, a word of COMMANDS, is answered by a line. The end of standard input ends the host: all its processes
are killed, and its folder is removed.
"""

import ctypes
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import platform_keys

# Nobody else reads these, and in memory they cost no fsync.
PRIVATE_FOLDERS = ("/run", "/etc/libvirt", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt")
CLONE_NEWNET = 0x40000000
#: How long a daemon may take to answer after its start, in seconds.
PATIENCE = 30

LIBVIRTD_CONF = """
listen_tls = 0
listen_tcp = 1
listen_addr = "{address}"
tcp_port = "{port}"
auth_tcp = "none"
auth_unix_ro = "none"
auth_unix_rw = "none"
"""
# No part of the real machine's security, cgroups or log daemon has a place here.
QEMU_CONF = """
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
"""
SSHD_CONF = """
Port 2222
ListenAddress {address}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/client_key.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitUserRC no
PidFile none
"""


def run(*command):
    """Runs a program that must succeed."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=PATIENCE)


def cover(source, target):
    """Lets a file or folder stand in the place of another one, for this host's processes only."""
    if Path(source).is_dir():
        os.makedirs(target, exist_ok=True)
    run("mount", "--bind", str(source), str(target))


def hide_machine(folder):
    """libvirt's folders are the host's own; no cgroup, no system bus and no other daemon is in sight."""
    for target in PRIVATE_FOLDERS:
        os.makedirs(target, exist_ok=True)
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


def add_users(folder):
    """The user that Debian's libvirt wants to exist, whether or not its packages have made it here."""
    for name, entry in {"passwd": "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin", "group": "libvirt-qemu:x:64055:"}.items():  # fmt: skip
        lines = Path("/etc", name).read_text().splitlines()
        known = any(line.startswith("libvirt-qemu:") for line in lines)
        (folder / name).write_text("\n".join(lines if known else [*lines, entry]) + "\n")
        cover(folder / name, f"/etc/{name}")


def own_network():
    """Moves this process into a network of its own, joined to the machine's by two addresses: (the other one, this one)."""
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
    number = os.read(number_read, 1)[0]
    for device in ("lo", "eth0"):
        run("ip", "link", "set", device, "up")
    run("ip", "address", "add", f"10.213.{number}.2/30", "dev", "eth0")
    return f"10.213.{number}.2"


def rename_machine(folder, name):
    """The host's own name, which libvirt asks the resolver for."""
    socket.sethostname(name)
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n127.0.1.1 {name} {name.split('.')[0]}\n")
    cover(hosts, "/etc/hosts")


def start_sshd(folder, address):
    """An sshd for root with a key, whatever the machine's root account is like. Its clients get known_hosts."""
    for key in ("host_key", "client_key"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / key))
    kind, public = (folder / "host_key.pub").read_text().split()[:2]
    (folder / "known_hosts").write_text(f"[{address}]:2222 {kind} {public}\n")
    shadow = folder / "shadow"
    shadow.write_text("root:*:19000:0:99999:7:::\nsshd:*:19000::::::\n")
    cover(shadow, "/etc/shadow")
    (folder / "sshd").mkdir()
    cover(folder / "sshd", "/run/sshd")
    (folder / "sshd_config").write_text(SSHD_CONF.format(address=address, folder=folder))
    spawn(folder, ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")])


def spawn(folder, command, **environment):
    """Starts a daemon that writes to a log in the host's folder; its pid."""
    with open(folder / f"{Path(command[0]).name}.log", "ab") as log:
        options = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "start_new_session": True}
        return subprocess.Popen(command, env=os.environ | environment, **options).pid


class Libvirtd:
    """The host's libvirtd, whose only driver is QEMU's, and whose QEMU is the stand-in."""

    def __init__(self, folder, address, port):
        self.folder, self.pid = folder, 0
        Path("/etc/libvirt/libvirtd.conf").write_text(LIBVIRTD_CONF.format(address=address, port=port))
        Path("/etc/libvirt/qemu.conf").write_text(QEMU_CONF)
        (folder / "bin").mkdir()
        emulator = folder / "bin/qemu-system-x86_64"
        script = shlex.join(["/usr/bin/python3", "-B", str(Path(__file__).with_name("emulator.py")), str(folder)])
        emulator.write_text(f'#!/bin/sh\nexec {script} "$@"\n')
        emulator.chmod(0o755)
        (folder / "drivers").mkdir()
        name = "libvirt_driver_qemu.so"
        (folder / "drivers" / name).symlink_to(next(Path("/usr/lib").glob(f"*/libvirt/connection-driver/{name}")))

    def start(self):
        path = f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        drivers = str(self.folder / "drivers")
        self.pid = spawn(self.folder, ["/usr/sbin/libvirtd", "--listen"], PATH=path, LIBVIRT_DRIVER_DIR=drivers)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and alive(self.pid):
            # Its status would be lost to collect(), its words are not.
            ask = subprocess.run(["virsh", "-q", "-c", "qemu:///system", "uri"], capture_output=True, timeout=PATIENCE)
            if ask.stdout:
                return
            time.sleep(0.02)
        log = (self.folder / "libvirtd.log").read_text(errors="replace")
        raise RuntimeError(f"libvirtd does not answer: {log[-2000:]}")

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        while alive(self.pid):
            time.sleep(0.01)

    def stop(self):
        os.kill(self.pid, signal.SIGSTOP)

    def cont(self):
        os.kill(self.pid, signal.SIGCONT)


def alive(pid):
    """Whether a process still runs."""
    return Path(f"/proc/{pid}").exists()


def collect(*_):
    """Collects all that have ended: libvirt waits until the daemons that it probed are gone, and a zombie is not."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


COMMANDS = {"start": Libvirtd.start, "kill": Libvirtd.kill, "stop": Libvirtd.stop, "cont": Libvirtd.cont}


def obey(libvirtd):
    """Does what standard input says until it ends."""
    for line in sys.stdin:
        COMMANDS[line.strip()](libvirtd)
        say({"done": line.strip()})


def say(message):
    print(json.dumps(message), flush=True)


def main(folder, settings):
    """The host's life."""
    folder.mkdir(exist_ok=True)
    pem, certificate = platform_keys.make_pdh()
    (folder / "pdh.pem").write_bytes(pem)
    (folder / "pdh.cert").write_bytes(certificate)
    (folder / "cpu.json").write_text(json.dumps(settings["cpu"]))
    hide_machine(folder)
    add_users(folder)
    address = "127.0.0.1"
    if "name" in settings:
        rename_machine(folder, settings["name"])
        address = own_network()
        start_sshd(folder, address)
    libvirtd = Libvirtd(folder, address, settings["port"])
    signal.signal(signal.SIGCHLD, collect)
    libvirtd.start()
    say({"address": address})
    obey(libvirtd)


if __name__ == "__main__":
    own_folder = Path(sys.argv[1])
    try:
        main(own_folder, json.loads(sys.argv[2]))
    except Exception as error:
        say({"error": str(error)})
        raise
    finally:
        # Everyone else in this host's process namespace.
        os.kill(-1, signal.SIGKILL)
        subprocess.run(["umount", "--lazy", "/run/libvirt/qemu"], stderr=subprocess.DEVNULL)
        shutil.rmtree(own_folder, ignore_errors=True)
        if not list(own_folder.parent.glob("*/pdh.pem")):
            shutil.rmtree(own_folder.parent, ignore_errors=True)

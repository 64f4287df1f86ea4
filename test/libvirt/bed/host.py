"""Process 1 of a host of the test bed: a libvirtd, and perhaps an sshd, that see a machine of their own.

    unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc python3 host.py BED HOST SETTINGS-AS-JSON

BED is a folder that the hosts of one bed share and the last of them removes; HOST names this one's folder in it.
SETTINGS: {"cpu": [family, model, stepping], "port": N} for a host that keeps the machine's name and network, or with
"name" for one that has its own, "usr" for one whose programs are those of another folder before the machine's, and "login": [name, password] for one whose libvirtd wants to know who comes by TCP. One line of JSON on standard output says when and where it is ready; then each line of
standard input, a word of COMMANDS, is answered by a line. The end of standard input ends the host: all its processes
are killed.
"""

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

import machine
import platform_keys
from machine import PATIENCE

LIBVIRTD_CONF = """
listen_tls = 0
listen_tcp = 1
listen_addr = "{address}"
tcp_port = "{port}"
auth_tcp = "{auth}"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "{uuid}"
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
# Of the mechanisms with a password the only one that encrypts, which libvirt demands of plain TCP.
SASL_CONF = """
mech_list: digest-md5
sasldb_path: {folder}/accounts
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


def start_sshd(folder, address):
    """An sshd for root with a key, whatever the machine's root account is like. Its clients get known_hosts."""
    for key in ("host_key", "client_key"):
        machine.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / key))
    kind, public = (folder / "host_key.pub").read_text().split()[:2]
    (folder / "known_hosts").write_text(f"[{address}]:2222 {kind} {public}\n")
    shadow = folder / "shadow"
    shadow.write_text("root:*:19000:0:99999:7:::\nsshd:*:19000::::::\n")
    machine.cover(shadow, "/etc/shadow")
    (folder / "sshd").mkdir()
    machine.cover(folder / "sshd", "/run/sshd")
    (folder / "sshd_config").write_text(SSHD_CONF.format(address=address, folder=folder))
    spawn(folder, ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")])


def add_login(folder, name, password):
    """The one account that libvirtd lets in by TCP."""
    (folder / "sasl").mkdir()
    (folder / "sasl/libvirt.conf").write_text(SASL_CONF.format(folder=folder))
    command = ["saslpasswd2", "-p", "-c", "-f", str(folder / "accounts"), "-u", socket.gethostname(), name]
    subprocess.run(command, input=password.encode(), check=True, timeout=PATIENCE)


def spawn(folder, command, **environment):
    """Starts a daemon that writes to a log in the host's folder; its pid."""
    with open(folder / f"{Path(command[0]).name}.log", "ab") as log:
        options = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "start_new_session": True}
        return subprocess.Popen(command, env=os.environ | environment, **options).pid


class Libvirtd:
    """The host's libvirtd, whose only driver is QEMU's, and whose QEMU is the stand-in."""

    def __init__(self, folder, **settings):
        self.folder, self.pid = folder, 0
        Path("/etc/libvirt/libvirtd.conf").write_text(LIBVIRTD_CONF.format(**settings))
        Path("/etc/libvirt/qemu.conf").write_text(QEMU_CONF)
        (folder / "bin").mkdir()
        script = shlex.join(["/usr/bin/python3", "-B", str(Path(__file__).with_name("emulator.py")), str(folder)])
        # Asked for what it can do, libvirt probes every emulator that could use KVM again until each of them has it.
        for name in ("qemu-system-x86_64", "qemu-system-i386"):
            emulator = folder / "bin" / name
            emulator.write_text(f'#!/bin/sh\nexec {script} "$@"\n')
            emulator.chmod(0o755)
        (folder / "drivers").mkdir()
        name = "libvirt_driver_qemu.so"
        (folder / "drivers" / name).symlink_to(next(Path("/usr/lib").glob(f"*/libvirt/connection-driver/{name}")))

    def start(self):
        path = f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        folders = {"LIBVIRT_DRIVER_DIR": f"{self.folder}/drivers", "SASL_CONF_PATH": f"{self.folder}/sasl"}
        self.pid = spawn(self.folder, ["/usr/sbin/libvirtd", "--listen"], PATH=path, **folders)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and alive(self.pid):
            # Its status would be lost to collect(), its words are not.
            question = ["virsh", "-q", "-c", "qemu:///system", "uri"]
            if subprocess.run(question, capture_output=True, timeout=PATIENCE).stdout:
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
        try:
            COMMANDS[line.strip()](libvirtd)
            say({"done": line.strip()})
        except Exception as error:
            say({"error": str(error)})


def say(message):
    print(json.dumps(message), flush=True)


def main(folder, settings):
    """The host's life."""
    folder.mkdir(exist_ok=True)
    if "usr" in settings:
        machine.add_programs(settings["usr"])
    pem, certificate = platform_keys.make_pdh()
    (folder / "pdh.pem").write_bytes(pem)
    (folder / "pdh.cert").write_bytes(certificate)
    (folder / "cpu.json").write_text(json.dumps(settings["cpu"]))
    machine.hide(folder)
    machine.add_users(folder)
    machine.add_kvm(folder)
    address = "127.0.0.1"
    if "name" in settings:
        machine.rename(folder, settings["name"])
        address = machine.own_network()
        start_sshd(folder, address)
    # By its id a host is this machine exactly when it is by its name.
    uuid = machine.new_id() if "name" in settings else machine.own_id()
    if "login" in settings:
        add_login(folder, *settings["login"])
    auth = "sasl" if "login" in settings else "none"
    libvirtd = Libvirtd(folder, address=address, port=settings["port"], uuid=uuid, auth=auth)
    signal.signal(signal.SIGCHLD, collect)
    libvirtd.start()
    say({"address": address})
    obey(libvirtd)


if __name__ == "__main__":
    bed, own_folder = Path(sys.argv[1]), Path(sys.argv[1], sys.argv[2])
    try:
        main(own_folder, json.loads(sys.argv[3]))
    except Exception as error:
        say({"error": str(error)})
        raise
    finally:
        # Everyone else in this host's process namespace.
        os.kill(-1, signal.SIGKILL)
        subprocess.run(["umount", "--lazy", "/run/libvirt/qemu"], stderr=subprocess.DEVNULL)
        shutil.rmtree(own_folder, ignore_errors=True)
        if not list(bed.glob("*/pdh.pem")):
            shutil.rmtree(bed, ignore_errors=True)

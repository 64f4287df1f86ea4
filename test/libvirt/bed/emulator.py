"""What libvirt takes for QEMU: starts the real one without its SEV parts and stands in for them.

    emulator.py FOLDER QEMU'S ARGUMENTS

FOLDER is that of the host. libvirt starts QEMU in two ways: as a daemon without a machine, to probe what it can do, and
with a guest. In the second case this process becomes QEMU (execv), so that libvirt sees the true pid and exit status.
"""

import base64
import json
import os
import re
import secrets
import socket
import subprocess
import sys
from pathlib import Path

import guest
import measurement
import monitor
import platform_keys
import snp_measurement

QEMU = "/usr/bin/qemu-system-x86_64"
SEV_TYPES = "sev-guest", "sev-snp-guest"
# The policy bit of SEV-ES, and the first SVN on Zen 3 and Zen 4 beside which such guests do not start.
SEV_ES = 1 << 2
MENDED_SVN = 0x1B
SESSION_FILES = "dh-cert-file", "session-file"
# What QEMU starts when it is told no firmware.
DEFAULT_FIRMWARE = "/usr/share/seabios/bios-256k.bin"
# What QEMU takes for an SNP guest without one.
DEFAULT_SNP_POLICY = 0x30000
NULL = os.open(os.devnull, os.O_RDWR)


def values(args, option):
    """The values of an option, in order."""
    return [value for name, value in zip(args, args[1:]) if name == option]


def without(args, options):
    """The arguments without these options and their values."""
    drop = {i + step for i, name in enumerate(args) if name in options for step in (0, 1)}
    return [arg for i, arg in enumerate(args) if i not in drop]


def hidden_address():
    """An address for QEMU's own monitor: abstract, so that no file is left."""
    return "sevscope-" + secrets.token_hex(8)


def leave_behind(kept):
    """Gives up all that a forked process has inherited but one socket: libvirt reads QEMU's stderr to its end."""
    os.setsid()
    for stream in range(3):
        os.dup2(NULL, stream)
    os.closerange(3, kept.fileno())
    os.closerange(kept.fileno() + 1, 1 << 16)


def probe(host, args):
    """libvirt waits for this process to end, then connects to the monitor's socket and asks."""
    path = re.match("unix:([^,]+)", values(args, "-qmp")[0]).group(1)
    address = hidden_address()
    server = f"unix:path={address},abstract=on,server=on,wait=off"
    changed = [server if arg.startswith(f"unix:{path}") else arg for arg in args]
    status = subprocess.run([QEMU, *changed], stdin=NULL).returncode
    if status != 0:
        sys.exit(status)
    pid = int(Path(values(args, "-pidfile")[0]).read_text())
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    if os.fork() != 0:
        os._exit(0)
    leave_behind(listener)
    # What QEMU asks /dev/sev for. The chain is for an owner to verify; here it is just as long as a real one.
    capabilities = {
        "pdh": base64.b64encode((host / "pdh.cert").read_bytes()).decode(),
        "cert-chain": base64.b64encode(bytes(3 * platform_keys.CERTIFICATE.size)).decode(),
        "cpu0-id": base64.b64encode(bytes(64)).decode(),
        "cbitpos": 51,
        "reduced-phys-bits": 1,
    }

    # libvirt and QEMU have to agree on KVM, or libvirt probes again for each call.
    answers = {"query-sev-capabilities": capabilities, "query-kvm": {"enabled": True, "present": True}}

    def answer(command, _arguments):
        return answers.get(command, NotImplemented)

    monitor.serve(listener, "\0" + address, pid, answer)


def read_launch(host, args, sev, folder):
    """What is launched, by QEMU's command line; the guest's CPU is in its folder, or else the host's."""
    drives = [json.loads(value) for value in values(args, "-blockdev")]
    flash = [drive["filename"] for drive in drives if drive["node-name"] == "libvirt-pflash0-storage"]
    own, default = folder / "cpu.json", host / "cpu.json"
    launch = measurement.Launch(
        firmware=Path([*flash, *values(args, "-bios"), DEFAULT_FIRMWARE][0]).read_bytes(),
        policy=sev.get("policy", DEFAULT_SNP_POLICY),
        vcpus=int(re.match(r"\d+", values(args, "-smp")[0]).group()),
        cpu=tuple(json.loads((own if own.exists() else default).read_text())),
        hashes=sev.get("kernel-hashes", False),
        flash=any("pflash" in value for value in values(args, "-blockdev")),
    )
    for path in values(args, "-kernel"):
        launch.kernel = guest.file_digest(path)
    for path in values(args, "-initrd"):
        launch.initrd = guest.file_digest(path)
    for text in values(args, "-append"):
        launch.cmdline = text
    return launch


def read_keys(host, sev):
    """The guest's (TEK, TIK): from the owner's session, or of the platform's own making."""
    if not all(name in sev for name in SESSION_FILES):
        return os.urandom(16), os.urandom(16)
    owner, session = (base64.b64decode(Path(sev[name]).read_text()) for name in SESSION_FILES)
    try:
        pem = (host / "pdh.pem").read_bytes()
        return platform_keys.launch_start(pem, owner, session, sev["policy"])
    except platform_keys.Refused as refusal:
        sys.exit(f"sev_launch_start: LAUNCH_START ret=1 fw_error={refusal}")


def plain(args):
    """The arguments of a guest that real QEMU can launch anywhere. A paused guest does not need its kernel."""
    args = without(args, ["-accel", "-kernel", "-initrd", "-append"])
    args = [re.sub(",?confidential-guest-support=lsec0", "", arg) for arg in args]
    for i, name in enumerate(args):
        if name == "-cpu":
            args[i + 1] = re.sub("^host(?=,|$)", "max", args[i + 1])
    return [*args, "-accel", "tcg"]


def refuse_beside_snp(launch, folder):
    """What firmware does that mends CVE-2025-48514 (AMD-SB-3023), by the SNP field of its TCB, once SNP is initialised."""
    tcb = folder / "tcb.json"
    if tcb.exists() and json.loads(tcb.read_text())["snp"] >= MENDED_SVN and launch.policy & SEV_ES:
        sys.exit("sev_launch_start: LAUNCH_START ret=1 fw_error=21 'Feature not supported'")


def sev_guest(host, launch, sev, folder):
    """A guest of SEV or SEV-ES. ValueError when its firmware cannot be launched."""
    refuse_beside_snp(launch, folder)
    tek, tik = read_keys(host, sev)
    measurement.launch_digest(launch)
    return guest.Guest(launch, tek, tik, folder)


def snp_guest(launch, sev, folder):
    """A guest of SEV-SNP, and in its folder what its attestation report would show. ValueError as above."""
    if launch.flash:
        raise ValueError("pflash with kvm requires KVM readonly memory support")
    digest = snp_measurement.launch_digest(launch)
    report = {"measurement": digest.hex(), "policy": launch.policy, "properties": sev}
    (folder / "report.json").write_text(json.dumps(report))
    return guest.SnpGuest(launch, folder)


def start(host, args):
    """Starts a guest. The monitor's socket is one on which libvirt listens, and to which it has connected already."""
    objects = [value for value in values(args, "-object") if value.startswith("{")]
    sev_text = next((text for text in objects if json.loads(text)["qom-type"] in SEV_TYPES), None)
    if sev_text is None:
        os.execv(QEMU, [QEMU, *plain(args)])
    sev = json.loads(sev_text)
    snp = sev["qom-type"] == "sev-snp-guest"
    folder = host.parent / "guests" / values(args, "-uuid")[0]
    folder.mkdir(parents=True, exist_ok=True)
    launch = read_launch(host, args, sev, folder)
    try:
        launched = snp_guest(launch, sev, folder) if snp else sev_guest(host, launch, sev, folder)
    except ValueError as error:
        sys.exit(f"qemu-system-x86_64: {error}")

    chardevs = "\n".join(values(args, "-chardev"))
    number = int(re.search(r"id=charmonitor,fd=(\d+)", chardevs).group(1))
    listener = socket.socket(fileno=os.dup(number))
    address = "\0" + hidden_address()
    with socket.socket(socket.AF_UNIX) as inner:
        inner.bind(address)
        inner.listen()
        os.dup2(inner.fileno(), number, inheritable=True)
    emulator = os.getpid()
    if os.fork() != 0:
        at = args.index(sev_text)
        os.execv(QEMU, [QEMU, *plain(args[: at - 1] + args[at + 1 :])])
    leave_behind(listener)
    monitor.serve(listener, address, emulator, launched.answer)


if __name__ == "__main__":
    folder, arguments = Path(sys.argv[1]), sys.argv[2:]
    if "-qmp" in arguments and "-daemonize" in arguments:
        probe(folder, arguments)
    elif "-uuid" in arguments:
        start(folder, arguments)
    else:
        os.execv(QEMU, [QEMU, *arguments])

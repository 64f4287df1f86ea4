"""What an SEV platform measures when QEMU launches a guest: firmware, kernel hashes and first VMSAs.

Written from the SEV API specification (6.5, LAUNCH_MEASURE), AMD's APM volume 2 (table B-4, state save area; 14.1.3,
initial state), what Linux and QEMU of the KVM_SEV_ES_INIT era leave in it, and QEMU's target/i386/sev.c (hash table).
It shares nothing with the product, so that the two can be compared.
"""

import hashlib
import hmac
import struct
import uuid
from dataclasses import dataclass

API_MAJOR, API_MINOR, BUILD_ID = 1, 51, 3
POLICY_ES = 1 << 2

FOOTER = uuid.UUID("96b582de-1fb2-45f7-baea-a366c55a082d").bytes_le
RESET_BLOCK = uuid.UUID("00f771de-1a7e-4fcb-890e-68c77e2fb44e").bytes_le

HASH_TABLE = uuid.UUID("9438d606-4f22-4cc9-b479-a793d411fd21").bytes_le
HASH_ENTRIES = (
    ("cmdline", uuid.UUID("97d02dd8-bd20-4c94-aa78-e7714d36ab2a").bytes_le),
    ("initrd", uuid.UUID("44baf731-3a2f-4bd7-9af1-41e29169781d").bytes_le),
    ("kernel", uuid.UUID("4de79437-abd2-427f-b835-d5b172d2045b").bytes_le),
)

# The first page of a vCPU. Segments: offset, selector, attributes, limit, base; registers: offset, value (64 bits).
SEGMENTS = (
    (0x00, 0, 0x93, 0xFFFF, 0),  # ES
    (0x10, 0xF000, 0x9B, 0xFFFF, 0xFFFF0000),  # CS
    (0x20, 0, 0x93, 0xFFFF, 0),  # SS
    (0x30, 0, 0x93, 0xFFFF, 0),  # DS
    (0x40, 0, 0x93, 0xFFFF, 0),  # FS
    (0x50, 0, 0x93, 0xFFFF, 0),  # GS
    (0x60, 0, 0, 0xFFFF, 0),  # GDTR
    (0x70, 0, 0x82, 0xFFFF, 0),  # LDTR
    (0x80, 0, 0, 0xFFFF, 0),  # IDTR
    (0x90, 0, 0x8B, 0xFFFF, 0),  # TR
)
REGISTERS = (
    (0x0D0, 0x1000),  # EFER: KVM sets SVME
    (0x148, 0x40),  # CR4: the host's MCE
    (0x158, 0x10),  # CR0: KVM clears CD and NW
    (0x160, 0x400),  # DR7
    (0x168, 0xFFFF0FF0),  # DR6
    (0x170, 0x2),  # RFLAGS
    (0x178, 0xFFF0),  # RIP
    (0x268, 0x0007040600070406),  # G_PAT
    (0x3E8, 0x1),  # XCR0
)
CS_BASE, RIP, RDX = 0x18, 0x178, 0x310


@dataclass
class Launch:
    """What one guest was launched with.

    Kernel and initrd are SHA-256 digests, `cpu` is (family, model, stepping), `hashes` is whether QEMU adds them, `flash` whether
    the firmware is in flash.
    """

    firmware: bytes
    policy: int
    vcpus: int
    cpu: tuple
    hashes: bool = False
    kernel: bytes = b""
    initrd: bytes = hashlib.sha256(b"").digest()
    cmdline: str = ""
    flash: bool = False


def cpu_signature(family, model, stepping):
    """CPUID Fn0000_0001_EAX for a combined family and model."""
    base, extended = (15, family - 15) if family > 15 else (family, 0)
    return extended << 20 | (model >> 4) << 16 | base << 8 | (model & 15) << 4 | stepping


def reset_address(firmware):
    """Where the firmware wants its other CPUs to start, from its table of GUIDs. ValueError when it does not say."""
    if firmware[-48:-32] != FOOTER:
        raise ValueError("the firmware has no table of GUIDs")
    end = len(firmware) - 50
    start = len(firmware) - 32 - int.from_bytes(firmware[end : end + 2], "little")
    while end - start >= 18:
        length = int.from_bytes(firmware[end - 18 : end - 16], "little")
        if not 18 <= length <= end - start:
            break
        if firmware[end - 16 : end] == RESET_BLOCK:
            return int.from_bytes(firmware[end - length : end - 18], "little")
        end -= length
    raise ValueError("the firmware has no SEV-ES reset block")


def vmsa(cpu, reset=None):
    """The 4096 bytes of the boot CPU, or of another one that starts at the address `reset`."""
    page = bytearray(4096)
    for offset, selector, attributes, limit, base in SEGMENTS:
        struct.pack_into("<HHIQ", page, offset, selector, attributes, limit, base)
    for offset, value in REGISTERS:
        struct.pack_into("<Q", page, offset, value)
    struct.pack_into("<Q", page, RDX, cpu_signature(*cpu))
    if reset is not None:
        struct.pack_into("<Q", page, CS_BASE, reset & 0xFFFF0000)
        struct.pack_into("<Q", page, RIP, reset & 0xFFFF)
    return bytes(page)


def hash_table(launch):
    """The table that QEMU puts beside the firmware for measured direct boot; 176 bytes with its padding."""
    text = hashlib.sha256(launch.cmdline.encode() + b"\0").digest()
    digests = {"cmdline": text, "initrd": launch.initrd, "kernel": launch.kernel}
    entries = b"".join(guid + struct.pack("<H", 50) + digests[name] for name, guid in HASH_ENTRIES)
    table = HASH_TABLE + struct.pack("<H", 18 + len(entries)) + entries
    return table + bytes(-len(table) % 16)


def launch_digest(launch):
    """SHA-256 over all that was given to LAUNCH_UPDATE_DATA and LAUNCH_UPDATE_VMSA, in QEMU's order."""
    digest = hashlib.sha256(launch.firmware)
    if launch.hashes:
        digest.update(hash_table(launch))
    if launch.policy & POLICY_ES:
        digest.update(vmsa(launch.cpu))
        if launch.vcpus > 1:
            digest.update(vmsa(launch.cpu, reset_address(launch.firmware)) * (launch.vcpus - 1))
    return digest.digest()


def measure(launch, tik, nonce):
    """LAUNCH_MEASURE: 48 bytes, the HMAC and the nonce that it covers."""
    head = struct.pack("<BBBBI", 4, API_MAJOR, API_MINOR, BUILD_ID, launch.policy)
    message = head + launch_digest(launch) + nonce
    return hmac.digest(tik, message, "sha256") + nonce

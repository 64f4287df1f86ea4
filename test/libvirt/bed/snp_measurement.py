"""What an SEV-SNP platform measures when QEMU launches a guest: every page, in a chain of SHA-384.

Written from the SEV-SNP Firmware ABI (SNP_LAUNCH_UPDATE, PAGE_INFO), edk2's OvmfSevMetadata.asm and QEMU's
target/i386/sev.c. It shares nothing with the product, so that the two can be compared.
"""

import hashlib
import struct
import uuid

import measurement

PAGE = 4096
NORMAL, VMSA, ZERO, SECRETS, CPUID = 1, 2, 3, 5, 6
# From the type of a section of the metadata to that of its pages; one of kernel hashes has contents if there are any.
SECTIONS = {1: ZERO, 2: SECRETS, 3: CPUID, 4: ZERO, 0x10: ZERO}
KERNEL_HASHES = 0x10
METADATA = uuid.UUID("dc886566-984a-4798-a75e-5585a7bf67cc").bytes_le
HASH_AREA = uuid.UUID("7255371f-3a3b-4b04-927b-1da6efa8d454").bytes_le
VMSA_GPA = 0xFFFFFFFFF000
# What the page of a vCPU has beside that of SEV-ES: SNP_ACTIVE, and the FPU's state.
FEATURES, MXCSR, FCW = (0x3B0, 1), (0x408, 0x1F80), (0x410, 0x37F)


def entry(firmware, guid):
    """The data of an entry of the firmware's table of GUIDs; None when it has none."""
    end = len(firmware) - 50
    start = len(firmware) - 32 - int.from_bytes(firmware[end : end + 2], "little")
    while end - start >= 18:
        length = int.from_bytes(firmware[end - 18 : end - 16], "little")
        if not 18 <= length <= end - start:
            return None
        if firmware[end - 16 : end] == guid:
            return firmware[end - length : end - 18]
        end -= length
    return None


def sections(firmware):
    """The sections of the SEV metadata: (address, size, type), in their order."""
    data = entry(firmware, METADATA)
    if data is None:
        raise ValueError("the firmware has no SEV metadata")
    at = len(firmware) - int.from_bytes(data[:4], "little")
    magic, _, _, count = struct.unpack_from("<4sIII", firmware, at)
    if magic != b"ASEV":
        raise ValueError("the SEV metadata is not where the table says")
    return [struct.unpack_from("<III", firmware, at + 16 + 12 * i) for i in range(count)]


def vmsa(cpu, reset=None):
    """The page of a vCPU."""
    page = bytearray(measurement.vmsa(cpu, reset))
    struct.pack_into("<Q", page, *FEATURES)
    struct.pack_into("<I", page, *MXCSR)
    struct.pack_into("<H", page, *FCW)
    return bytes(page)


def pages(launch):
    """All pages that are measured: (type, address, contents or None)."""
    firmware = launch.firmware
    base = (1 << 32) - len(firmware)
    for at in range(0, len(firmware), PAGE):
        yield NORMAL, base + at, firmware[at : at + PAGE]
    for address, size, kind in sections(firmware):
        if kind == KERNEL_HASHES and launch.hashes:
            page = bytearray(PAGE)
            table = measurement.hash_table(launch)
            offset = int.from_bytes(entry(firmware, HASH_AREA)[:4], "little") % PAGE
            page[offset : offset + len(table)] = table
            yield NORMAL, address, bytes(page)
            continue
        for at in range(0, size, PAGE):
            yield SECTIONS[kind], address + at, None
    yield VMSA, VMSA_GPA, vmsa(launch.cpu)
    for _ in range(launch.vcpus - 1):
        yield VMSA, VMSA_GPA, vmsa(launch.cpu, measurement.reset_address(firmware))


def launch_digest(launch):
    """The 48 bytes that the guest's attestation report has at 0x90."""
    digest = bytes(48)
    for kind, address, contents in pages(launch):
        hashed = bytes(48) if contents is None else hashlib.sha384(contents).digest()
        digest = hashlib.sha384(digest + hashed + struct.pack("<HBBIQ", 0x70, kind, 0, 0, address)).digest()
    return digest

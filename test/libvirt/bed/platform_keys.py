"""The keys of an SEV platform and what it does with them: its PDH certificate, LAUNCH_START and LAUNCH_SECRET.

SEV API specification: 2.2.2 (key derivation), appendix C.1 (certificate), 6.2 (LAUNCH_START, session), 6.6
(LAUNCH_SECRET). Errors are of the class Refused, with the name of the firmware's error code.
"""

import hmac
import struct
import uuid

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# version, API, reserved | usage, algorithm | curve, Qx, Qy (little endian), 880 reserved | two signatures of 520 bytes
CERTIFICATE = struct.Struct("<IBBH II I72s72s880x 520s520s")
USAGE_PDH, ALGORITHM_ECDH, CURVE_P384 = 0x1003, 0x3, 2
NO_SIGNATURE = struct.pack("<II", 0x1000, 0) + bytes(512)

# nonce | wrapped TEK and TIK | IV | MAC of the wrapped keys | MAC of the policy
SESSION = struct.Struct("<16s32s16s32s32s")
# flags | IV | MAC
SECRET_HEADER = struct.Struct("<I16s32s")
SECRET_TABLE = uuid.UUID("1e74f542-71dd-4d66-963e-ef4287ff173b")


class Refused(Exception):
    """The platform's firmware refuses a command."""


def make_pdh():
    """A new platform key: (its PEM, its certificate of 2084 bytes)."""
    key = ec.generate_private_key(ec.SECP384R1())
    private = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption())
    point = key.public_key().public_numbers()
    x, y = (coordinate.to_bytes(72, "little") for coordinate in (point.x, point.y))
    head = (1, 1, 51, 0, USAGE_PDH, ALGORITHM_ECDH, CURVE_P384)
    return pem, CERTIFICATE.pack(*head, x, y, NO_SIGNATURE, NO_SIGNATURE)


def derive(key, label, context=b""):
    """16 bytes by NIST SP 800-108 in counter mode with HMAC-SHA256; one block is enough."""
    return hmac.digest(key, struct.pack("<I", 1) + label + b"\0" + context + struct.pack("<I", 128), "sha256")[:16]


def _aes_ctr(key, iv, data):
    return Cipher(algorithms.AES(key), modes.CTR(iv)).decryptor().update(data)


def _same(mac, key, message, error):
    if not hmac.compare_digest(mac, hmac.digest(key, message, "sha256")):
        raise Refused(error)


def launch_start(pem, dh_cert, session, policy):
    """The guest's (TEK, TIK) from the owner's certificate and session, made for this platform and policy."""
    if len(dh_cert) != CERTIFICATE.size or len(session) != SESSION.size:
        raise Refused("INVALID_LENGTH")
    _, _, _, _, usage, algorithm, curve, x, y, _, _ = CERTIFICATE.unpack(dh_cert)
    if (usage, algorithm, curve) != (USAGE_PDH, ALGORITHM_ECDH, CURVE_P384):
        raise Refused("INVALID_CERTIFICATE")
    try:
        point = (int.from_bytes(coordinate, "little") for coordinate in (x, y))
        owner = ec.EllipticCurvePublicNumbers(*point, ec.SECP384R1()).public_key()
    except ValueError:
        raise Refused("INVALID_CERTIFICATE") from None
    own = serialization.load_pem_private_key(pem, password=None)
    nonce, wrapped, iv, wrap_mac, policy_mac = SESSION.unpack(session)
    master = derive(own.exchange(ec.ECDH(), owner), b"sev-master-secret", nonce)
    _same(wrap_mac, derive(master, b"sev-kik"), wrapped, "BAD_MEASUREMENT")
    keys = _aes_ctr(derive(master, b"sev-kek"), iv, wrapped)
    _same(policy_mac, keys[16:], struct.pack("<I", policy), "POLICY_FAILURE")
    return keys[:16], keys[16:]


def launch_secret(tek, tik, measurement, header, payload):
    """The secrets in a packet for a guest of this measurement (32 bytes): {GUID: bytes}."""
    if len(header) != SECRET_HEADER.size or len(payload) % 16 or not 0 < len(payload) <= 16384:
        raise Refused("INVALID_LENGTH")
    flags, iv, mac = SECRET_HEADER.unpack(header)
    lengths = struct.pack("<II", len(payload), len(payload))
    covered = struct.pack("<BI", 1, flags) + iv + lengths + payload + measurement
    _same(mac, tik, covered, "BAD_MEASUREMENT")
    table = _aes_ctr(tek, iv, payload)
    length = int.from_bytes(table[16:20], "little")
    if table[:16] != SECRET_TABLE.bytes_le or not 20 <= length <= len(table):
        raise Refused("no table of secrets in the packet")
    secrets, at = {}, 20
    while at < length:
        size = int.from_bytes(table[at + 16 : at + 20], "little")
        if not 20 <= size <= length - at:
            raise Refused("broken table of secrets in the packet")
        secrets[str(uuid.UUID(bytes_le=table[at : at + 16]))] = table[at + 20 : at + size]
        at += size
    return secrets

"""One SEV guest as its monitor shows it: the answers to QMP's sev commands, and every way in which they can be wrong.

QAPI: qapi/misc-target.json of QEMU (query-sev, query-sev-launch-measure, sev-inject-launch-secret). The faults are
read anew from faults.json in the guest's folder for every query; test/helpers/bedDomain.ts describes them.
"""

import base64
import binascii
import dataclasses
import hashlib
import json
import os
import time
from pathlib import Path

import measurement
import platform_keys


class Failed(Exception):
    """The command fails with this text."""


class Died(Exception):
    """The emulator is to be killed instead of answering."""


class Silent(Exception):
    """There is to be no answer, ever."""


def file_digest(path):
    """SHA-256 of a file of any size."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()


# How to read what a fault names for the measurement to be made over, by the field of Launch.
READERS = {
    "firmware": lambda path: Path(path).read_bytes(),
    "kernel": file_digest,
    "initrd": file_digest,
    "cmdline": str,
    "hashes": bool,
    "cpu": tuple,
    "vcpus": int,
    "policy": int,
}

# What becomes of the 48 bytes of a measurement on their way to the client.
FORMS = {
    "nonce": lambda blob: _text(blob[:32] + os.urandom(16)),
    "garbage": lambda blob: _text(os.urandom(48)),
    "short": lambda blob: _text(blob[:47]),
    "long": lambda blob: _text(blob + bytes(3)),
    "truncated": lambda blob: _text(blob)[:-3],
    "not-base64": lambda blob: "%" + _text(blob)[1:],
    "empty": lambda blob: "",
}


def _text(data):
    return base64.b64encode(data).decode()


class Guest:
    """A launched guest. `folder` holds its faults.json and receives injected.json."""

    def __init__(self, launch, tek, tik, folder):
        self.launch, self.tek, self.tik, self.folder = launch, tek, tik, Path(folder)
        self.nonce = os.urandom(16)
        self.running = False
        self.commands = {
            "query-sev": self.query_sev,
            "query-sev-launch-measure": self.query_measurement,
            "sev-inject-launch-secret": self.inject_secret,
        }

    def answer(self, command, arguments):
        """What the command returns, NotImplemented when QEMU is to answer. Raises Failed, Died or Silent."""
        if command == "cont":
            self.running = True
        if command not in self.commands:
            return NotImplemented
        faults = self.faults()
        time.sleep(faults.get("slow", 0))
        how = faults.get("answer", {}).get(command)
        if how == "never":
            raise Silent
        if how == "die":
            raise Died
        if how == "error":
            raise Failed(f"SEV: {command} failed: fw_error=7 (Invalid address)")
        return self.commands[command](faults, arguments)

    def faults(self):
        """What is to go wrong now."""
        try:
            return json.loads((self.folder / "faults.json").read_text())
        except FileNotFoundError:
            return {}

    def query_sev(self, faults, _arguments):
        reported = {
            "enabled": True,
            "api-major": measurement.API_MAJOR,
            "api-minor": measurement.API_MINOR,
            "build-id": measurement.BUILD_ID,
            "policy": self.launch.policy,
            "state": "running" if self.running else "launch-secret",
            "handle": 1,
        }
        return reported | faults.get("report", {})

    def query_measurement(self, faults, _arguments):
        over = dict(faults.get("over", {}))
        tik = bytes.fromhex(over.pop("tik", self.tik.hex()))
        changes = {name: READERS[name](value) for name, value in over.items()}
        launch = dataclasses.replace(self.launch, **changes)
        blob = measurement.measure(launch, tik, self.nonce)
        return {"data": FORMS.get(faults.get("form"), _text)(blob)}

    def inject_secret(self, _faults, arguments):
        try:
            texts = arguments["packet-header"], arguments["secret"]
            header, payload = (base64.b64decode(text, validate=True) for text in texts)
        except binascii.Error:
            raise Failed("SEV: failed to decode sequence header or secret") from None
        measured = measurement.measure(self.launch, self.tik, self.nonce)[:32]
        try:
            secrets = platform_keys.launch_secret(self.tek, self.tik, measured, header, payload)
        except platform_keys.Refused as refusal:
            raise Failed(f"SEV: failed to inject secret: fw_error={refusal}") from None
        part = self.folder / "injected.part"
        part.write_text(json.dumps({guid: _text(data) for guid, data in secrets.items()}))
        part.rename(self.folder / "injected.json")
        return {}


class SnpGuest(Guest):
    """A guest of SEV-SNP, which tells its host no measurement and takes no secret from it."""

    def __init__(self, launch, folder):
        super().__init__(launch, None, None, folder)
        del self.commands["query-sev-launch-measure"], self.commands["sev-inject-launch-secret"]

    def query_sev(self, faults, arguments):
        reported = super().query_sev({}, arguments)
        del reported["policy"], reported["handle"]
        reported |= {"sev-type": "sev-snp", "snp-policy": self.launch.policy}
        return reported | faults.get("report", {})

"""Stands between libvirt and QEMU's monitor (QMP, one JSON value per line) and answers what QEMU cannot here.

All else passes through as it came, with the file descriptors that libvirt sends along. The process ends with QEMU.
"""

import functools
import json
import os
import select
import signal
import socket
import threading

from guest import Died, Failed, Silent


def lines(connection, descriptors=False):
    """The lines that arrive, each with the file descriptors that came with it, until the other side closes."""
    rest, received = b"", []
    while True:
        try:
            data, new, _, _ = socket.recv_fds(connection, 1 << 16, 16 if descriptors else 0)
        except OSError:
            return
        if not data:
            return
        received += new
        *complete, rest = (rest + data).split(b"\n")
        for line in complete:
            yield line + b"\n", received
            received = []


class Client:
    """One connection to the monitor. `answer(command, arguments)` may return NotImplemented for what QEMU answers."""

    def __init__(self, connection, emulator, answer, kill):
        self.connection, self.emulator = connection, emulator
        self.answer, self.kill = answer, kill
        self.writing = threading.Lock()
        for work in (self.forward, self.backward):
            threading.Thread(target=work, daemon=True).start()

    def backward(self):
        for line, _ in lines(self.emulator):
            with self.writing:
                self.connection.sendall(line)
        self.close()

    def forward(self):
        for line, descriptors in lines(self.connection, descriptors=True):
            if self.reply(json.loads(line)):
                continue
            # QEMU wants descriptors with the first byte of the command that names them.
            sent = socket.send_fds(self.emulator, [line], descriptors) if descriptors else 0
            self.emulator.sendall(line[sent:])
            for descriptor in descriptors:
                os.close(descriptor)
        self.close()

    def reply(self, message):
        """Whether the command needs no QEMU."""
        try:
            answer = self.answer(message["execute"], message.get("arguments", {}))
            if answer is NotImplemented:
                return False
            reply = {"return": answer}
        except Failed as failure:
            reply = {"error": {"class": "GenericError", "desc": str(failure)}}
        except Silent:
            return True
        except Died:
            self.kill()
            return True
        except Exception as error:
            # A mistake in the stand-in must not look like a guest that hangs.
            reply = {"error": {"class": "GenericError", "desc": f"the stand-in failed: {error!r}"}}
        if "id" in message:
            reply["id"] = message["id"]
        with self.writing:
            self.connection.sendall(json.dumps(reply).encode() + b"\r\n")
        return True

    def close(self):
        for end in (self.connection, self.emulator):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(listener, address, pid, answer):
    """Serves clients of `listener` with QEMU's own monitor at `address`. Never returns: ends with the process `pid`.

    Each client has a connection to QEMU of its own, so that a libvirtd that was restarted finds its guests again.
    """
    process = os.pidfd_open(pid)
    while True:
        ready, _, _ = select.select([listener, process], [], [])
        if process in ready:
            os._exit(0)
        connection, _ = listener.accept()
        emulator = socket.socket(socket.AF_UNIX)
        emulator.connect(address)
        kill = functools.partial(signal.pidfd_send_signal, process, signal.SIGKILL)
        Client(connection, emulator, answer, kill)

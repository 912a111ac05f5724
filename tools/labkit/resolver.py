# SPDX-License-Identifier: ISC
"""A resolver of the lab's network, for programs that bring none."""
import socket
import time

PATIENCE = 30


def validates(process, address, question):
    """Waits until it answers the packet; is what it says validated?"""
    deadline = time.monotonic() + PATIENCE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        sock.connect((address, 53))
        while time.monotonic() < deadline and process.poll() is None:
            try:
                sock.send(question)
                answer = sock.recv(4096)
            except OSError:
                continue
            return answer[3] & 0x2f == 0x20
    return False

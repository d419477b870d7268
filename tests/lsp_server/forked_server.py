"""Stands for a scripted server that `forking.py` forks: gives it the pipes, and ends as it does. Run as a process."""

import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    folder = os.getcwdb()  # noqa: PTH109 (bytes)
    what = (folder, *(name + b"=" + value for name, value in os.environb.items()))
    socket.send_fds(connection, [b"\0".join(what)], [0, 1, 2])
    for number in (0, 1, 2):  # the server alone holds the pipes
        os.close(number)
    os._exit(int(connection.recv(16)))

"""Has imported what the scripted server needs, and forks one for each process of `forked_server.py` that connects.

A server of a test's own costs no imports so: they take most of a second, of which the protocol's types are the most.
Run as a process with the path of its socket; it ends with its standard input.
"""

import gc
import os
import select
import signal
import socket
import sys

from scripted_server import main

EVERYTHING = 1 << 20
"""Bytes, more than a message has."""


def listen(path):
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    gc.freeze()  # else a fork would look through, and so copy, all that it will never free
    print("listens", flush=True)  # noqa: T201 (to who started it)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that attend
    while listening in select.select([listening, sys.stdin], [], [])[0]:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            return attend(connection)
        connection.close()
    return None


def attend(connection):
    """Be the server, in another fork, with what the other process has: its pipes, its folder and its variables."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    data, pipes, *_ = socket.recv_fds(connection, EVERYTHING, 3)
    server = os.fork()
    if server:
        for pipe in pipes:
            os.close(pipe)
        connection.sendall(b"%d" % os.waitstatus_to_exitcode(os.waitpid(server, 0)[1]))
        os._exit(0)
    connection.close()
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    folder, *variables = data.split(b"\0")
    os.chdir(folder)
    os.environ.clear()
    os.environb.update(variable.split(b"=", 1) for variable in variables)
    return main()


if __name__ == "__main__":
    sys.exit(listen(sys.argv[1]))

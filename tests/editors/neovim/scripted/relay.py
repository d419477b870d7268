"""What Neovim starts as its server: carries bytes between it and the test, which is the server. Arguments: a socket."""

import os
import socket
import sys
import threading


def outward(connection):
    while data := connection.recv(1 << 16):
        os.write(1, data)
    os._exit(0)  # the test hung up


connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
threading.Thread(target=outward, args=(connection,), daemon=True).start()
while data := os.read(0, 1 << 16):
    connection.sendall(data)

"""Sums one number of every rank over sockets, with nothing but what the platform says of the others.

Rank 0 listens at MASTER_ADDR:MASTER_PORT; each rank prints the sum of all ranks' numbers.
"""

import os
import socket
import time

rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
SECONDS_MAX = 60


def lead() -> int:
    with socket.create_server(address) as server:
        server.settimeout(SECONDS_MAX)
        others = [server.accept()[0] for _ in range(world - 1)]
    total = rank + 1 + sum(int(other.recv(16)) for other in others)
    for other in others:
        other.sendall(str(total).encode())
    return total


def follow() -> int:
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        try:
            with socket.create_connection(address, timeout=SECONDS_MAX) as leader:
                leader.sendall(str(rank + 1).encode())
                return int(leader.recv(16))
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


total = lead() if rank == 0 else follow()
print(f"rank {rank} of {world} on node {os.environ['NODE_RANK']}: sum {total}", flush=True)
os.makedirs("outputs", exist_ok=True)
with open(f"outputs/rank-{rank}.txt", "w") as file:
    file.write(str(total))
with open("outputs/shared.txt", "w") as file:
    file.write(os.environ["NODE_RANK"])

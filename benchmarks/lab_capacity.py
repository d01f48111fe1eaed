"""How many can look on at once: python benchmarks/lab_capacity.py [--viewers 200] [--seconds 10] [--runs 3]

The lab's server in a process of its own, a thread of which publishes 20 frames of 8 kB a second, and viewers in this
one, on the same machine and cores. Counts what every viewer saw, and takes the time from publishing to arrival.
"""

import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from websockets.asyncio.client import connect
from websockets.typing import Origin

from machine import machine, parser_for, save_record

RATE, FILLING = 20, "x" * 7900  # frames a second, bytes of one (with what is around it, 8 kB)

SERVER = """
import json, sys, time
from pathlib import Path
from byhand.lab.broadcast import Hub
from byhand.lab.mnist_source import PictureSource
from byhand.lab.server import Server

n, rate, filling = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
hub = Hub()
server = Server(port=0, pictures=PictureSource(Path("none")), hub=hub)
server.start()
print(json.dumps([server.port, server.token]), flush=True)
sys.stdin.readline()
begin = time.monotonic()
for number in range(n):
    time.sleep(max(0, begin + number / rate - time.monotonic()))
    hub.publish({"n": number, "at": time.monotonic(), "filling": filling})
time.sleep(0.5)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
print(json.dumps([int(status["VmRSS"].split()[0]) / 1024, time.process_time()]), flush=True)
sys.stdin.readline()
server.stop()
"""


async def look(port: int, token: str, n: int, ready: asyncio.Semaphore) -> list[tuple[int, float]]:
    """Return what one viewer saw: the number and the age in seconds of every frame."""
    seen: list[tuple[int, float]] = []
    place = f"127.0.0.1:{port}"
    async with connect(
        f"ws://{place}/live", origin=Origin(f"http://{place}"), compression=None, max_size=None
    ) as websocket:
        await websocket.send(token)
        ready.release()
        while not seen or seen[-1][0] < n - 1:
            frame = json.loads(await asyncio.wait_for(websocket.recv(), 10))
            seen.append((frame["n"], time.monotonic() - frame["at"]))
    return seen


async def measured(viewers: int, seconds: float) -> dict[str, Any]:
    """Return the figures of one run."""
    n = int(seconds * RATE)
    command = [sys.executable, "-c", SERVER, str(n), str(RATE), FILLING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        port, token = json.loads(server.stdout.readline())
        per_second = static_rate(port)
        ready = asyncio.Semaphore(0)
        looking = [asyncio.create_task(look(port, token, n, ready)) for _ in range(viewers)]
        for _ in range(viewers):
            await ready.acquire()
        await asyncio.sleep(0.5)
        print("go", file=server.stdin, flush=True)
        seen = await asyncio.gather(*looking)
        megabytes, processor = json.loads(await asyncio.to_thread(server.stdout.readline))
        print("end", file=server.stdin, flush=True)
    ages = sorted(age for one in seen for _, age in one)
    return {
        "viewers": viewers,
        "frames": n,
        "frame_bytes": len(json.dumps({"n": 0, "at": time.monotonic(), "filling": FILLING})),
        "lost": viewers * n - len(ages),
        "out_of_order": sum(one != sorted(one) for one in ([number for number, _ in each] for each in seen)),
        "latency_ms": {
            "median": round(1000 * statistics.median(ages), 1),
            "p99": round(1000 * ages[int(0.99 * len(ages))], 1),
            "max": round(1000 * ages[-1], 1),
        },
        "server_rss_mb": round(megabytes, 1),
        "server_processor_seconds": round(processor, 2),
        "static_requests_per_second": round(per_second),
    }


def static_rate(port: int, n: int = 1000) -> float:
    """Return how many requests a second for the page's first file one client gets answered, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    started = time.perf_counter()
    for _ in range(n):
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()
    return n / (time.perf_counter() - started)


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    runs = []
    for _ in range(given.runs):
        before = os.getloadavg()[0]  # what else is at work on the machine: a frame that comes too late is skipped
        runs.append({"load_before": round(before, 2), **asyncio.run(measured(given.viewers, given.seconds))})
        print(json.dumps(runs[-1]))
    save_record(
        "lab-capacity", {"what": "viewers of /live beside the server", **machine(), "runs": runs}, wanted=given.record
    )


if __name__ == "__main__":
    main()

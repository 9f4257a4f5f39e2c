# SPDX-License-Identifier: Apache-2.0
"""What the Python programs share: warm up, repeat, print RESULT contender workload median."""
import gc
import time

now = time.perf_counter_ns


class Failure(Exception):
    """What the one task raises."""


def report(contender, workload, figures):
    figures = sorted(figures)
    print(f"RESULT {contender} {workload} {figures[len(figures) // 2]:.2f}", flush=True)


async def sample(contender, workload, body, warm=2, repeat=7):
    for _ in range(warm):
        await body()
    figures = []
    for _ in range(repeat):
        gc.collect()
        figures.append(await body())
    report(contender, workload, figures)


async def measure(contender, workload, operations, body):
    async def timed():
        start = now()
        await body()
        return (now() - start) / operations

    await sample(contender, workload, timed)


def resident():
    """The memory of the process, in bytes: Python has no figure for its own heap alone."""
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS in /proc/self/status")


def check(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected}, got {actual}")

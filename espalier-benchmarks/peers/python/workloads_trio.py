# SPDX-License-Identifier: Apache-2.0
"""The workloads with Trio's nurseries: one of them, named by the argument."""
import sys

import trio
from harness import Failure, check, measure, now, report, resident, sample

NAME = "trio"


async def nothing():
    pass


async def group(size):
    async with trio.open_nursery() as nursery:
        for _ in range(size):
            nursery.start_soon(nothing)


async def groups(times, size):
    for _ in range(times):
        await group(size)


async def tree(depth):
    if not depth:
        return 1
    nodes = [0, 0]

    async def child(index):
        nodes[index] = await tree(depth - 1)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(child, 0)
        nursery.start_soon(child, 1)
    return 1 + sum(nodes)


async def whole_tree():
    check(await tree(12), 8191)


async def park(count, before_failure=lambda: None):
    start = 0
    arrived = ended = 0

    async def parked():
        nonlocal arrived, ended
        arrived += 1
        try:
            await trio.sleep_forever()
        finally:
            ended += 1

    async def failing():
        nonlocal start
        while arrived < count:
            await trio.sleep(0)
        await trio.sleep(0.01)
        before_failure()
        start = now()
        raise Failure

    try:
        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(parked)
            nursery.start_soon(failing)
    except* Failure:
        pass
    nanos = now() - start
    check(ended, count)
    return nanos / count


async def memory():
    before = resident()
    taken = []
    await park(100_000, lambda: taken.append((resident() - before) / 100_000))
    report(NAME, "W5-100000", taken)


async def timeouts():
    for _ in range(5_000):
        with trio.fail_after(10):
            await nothing()


async def limited():
    places = trio.Semaphore(16)

    async def task():
        places.release()

    async with trio.open_nursery() as nursery:
        for _ in range(20_000):
            await places.acquire()
            nursery.start_soon(task)


async def sleepers():
    start = 0

    async def task(millis):
        nonlocal start
        await trio.sleep(millis / 1000)
        if millis == 20:
            start = now()
            raise Failure

    try:
        async with trio.open_nursery() as nursery:
            for millis in range(1, 101):
                nursery.start_soon(task, millis)
    except* Failure:
        pass
    return now() - start


async def main(workload):
    if workload == "W1":
        await measure(NAME, "W1-100000", 100_000, lambda: group(100_000))
    elif workload == "W2":
        for size, times in ((1, 1000), (4, 500), (16, 200)):
            await measure(NAME, f"W2-{size}", times, lambda s=size, t=times: groups(t, s))
    elif workload == "W3":
        await measure(NAME, "W3", 8191, whole_tree)
    elif workload == "W4":
        await sample(NAME, "W4-100000", lambda: park(100_000))
    elif workload == "W5":
        await memory()
    elif workload == "W6":
        await measure(NAME, "W6", 5_000, timeouts)
    elif workload == "W8":
        await measure(NAME, "W8", 20_000, limited)
    elif workload == "W9":
        await sample(NAME, "W9", sleepers, warm=5, repeat=21)
    else:
        sys.exit("no workload " + workload)


trio.run(main, sys.argv[1])

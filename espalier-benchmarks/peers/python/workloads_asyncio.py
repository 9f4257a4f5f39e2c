# SPDX-License-Identifier: Apache-2.0
"""The workloads with asyncio.TaskGroup: one of them, named by the argument."""
import asyncio
import sys

from harness import Failure, check, measure, now, report, resident, sample

NAME = "asyncio"


async def nothing():
    pass


async def group(size):
    async with asyncio.TaskGroup() as tasks:
        for _ in range(size):
            tasks.create_task(nothing())


async def groups(times, size):
    for _ in range(times):
        await group(size)


async def tree(depth):
    if not depth:
        return 1
    async with asyncio.TaskGroup() as tasks:
        left = tasks.create_task(tree(depth - 1))
        right = tasks.create_task(tree(depth - 1))
    return 1 + left.result() + right.result()


async def whole_tree():
    check(await tree(12), 8191)


async def park(count, before_failure=lambda: None):
    start = 0
    arrived = ended = 0

    async def parked():
        nonlocal arrived, ended
        arrived += 1
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended += 1

    async def failing():
        nonlocal start
        while arrived < count:
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        before_failure()
        start = now()
        raise Failure

    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(count):
                tasks.create_task(parked())
            tasks.create_task(failing())
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
        async with asyncio.timeout(10):
            await nothing()


async def limited():
    places = asyncio.Semaphore(16)

    async def task():
        places.release()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(20_000):
            await places.acquire()
            tasks.create_task(task())


async def sleepers():
    start = 0

    async def task(millis):
        nonlocal start
        await asyncio.sleep(millis / 1000)
        if millis == 20:
            start = now()
            raise Failure

    try:
        async with asyncio.TaskGroup() as tasks:
            for millis in range(1, 101):
                tasks.create_task(task(millis))
    except* Failure:
        pass
    return now() - start


async def main(workload):
    if workload == "W1":
        await measure(NAME, "W1-100000", 100_000, lambda: group(100_000))
    elif workload == "W2":
        for size, times in ((1, 3000), (4, 2000), (16, 500)):
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


asyncio.run(main(sys.argv[1]))

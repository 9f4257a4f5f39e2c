// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.withTimeout

/**
 * Kotlin's coroutines, on as many threads as there are processors. The owner is a coroutine too; its thread waits in `runBlocking`, which
 * is entered once a call.
 */
internal class InCoroutines : Contender {
    override fun groups(times: Int, size: Int, body: Body) = runBlocking(Dispatchers.Default) {
        repeat(times) {
            coroutineScope {
                repeat(size) {
                    launch { body.call() }
                }
            }
        }
    }

    override fun tree(depth: Int): Int = runBlocking(Dispatchers.Default) { node(depth) }

    private suspend fun node(depth: Int): Int {
        if (depth == 0) {
            return 1
        }
        return coroutineScope {
            val left = async { node(depth - 1) }
            val right = async { node(depth - 1) }
            1 + left.await() + right.await()
        }
    }

    override fun park(disaster: Disaster) = runBlocking(Dispatchers.Default) {
        try {
            coroutineScope {
                repeat(disaster.tasks()) {
                    launch {
                        disaster.arrive()
                        try {
                            awaitCancellation()
                        } finally {
                            disaster.end()
                        }
                    }
                }
                launch {
                    while (!disaster.allArrived()) {
                        delay(1)
                    }
                    delay(Disaster.PAUSE_MILLIS)
                    throw disaster.strike()
                }
            }
            throw IllegalStateException("nothing failed")
        } catch (e: Disaster.Failure) {
            disaster.over(e)
        }
    }

    override fun sleep(disaster: Disaster) = runBlocking(Dispatchers.Default) {
        try {
            coroutineScope {
                for (millis in 1..disaster.tasks()) {
                    launch {
                        try {
                            delay(millis.toLong())
                        } finally {
                            disaster.end()
                        }
                        if (millis == Disaster.FAILS) {
                            throw disaster.strike()
                        }
                    }
                }
            }
            throw IllegalStateException("nothing failed")
        } catch (e: Disaster.Failure) {
            disaster.over(e)
        }
    }

    override fun timeouts(times: Int, body: Body) = runBlocking(Dispatchers.Default) {
        repeat(times) {
            withTimeout(10_000) { body.call() }
        }
    }

    override fun limited(tasks: Int, limit: Int, body: Body) = runBlocking(Dispatchers.Default) {
        val places = Semaphore(limit)
        repeat(tasks) {
            places.acquire()
            launch {
                try {
                    body.call()
                } finally {
                    places.release()
                }
            }
        }
    }

    override fun map(items: List<Int>, limit: Int): List<Long> = runBlocking(Dispatchers.Default) {
        val places = Semaphore(limit)
        items.map { item ->
            places.acquire()
            async {
                try {
                    Body.map(item)
                } finally {
                    places.release()
                }
            }
        }.awaitAll()
    }
}

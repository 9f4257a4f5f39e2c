// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools

import java.lang.reflect.Proxy
import java.sql.Connection
import java.util.concurrent.Executor

/**
 * A connection to nothing. What a pool calls each time that a connection is borrowed or returned is here and costs nothing; the rest, what it asks when it opens one,
 * goes to a proxy, which has no answer but zero, false and null. In Kotlin since that has delegation: `Connection` has more than fifty methods.
 */
internal class ThingConnection(val thing: Thing) : Connection by NOTHING {
    private var closed = false

    override fun clearWarnings() = Unit

    override fun isValid(timeout: Int) = true

    override fun getAutoCommit() = true

    override fun setAutoCommit(autoCommit: Boolean) = Unit

    override fun getNetworkTimeout() = 0

    override fun setNetworkTimeout(executor: Executor?, milliseconds: Int) = Unit

    override fun close() {
        closed = true
    }

    override fun isClosed() = closed

    override fun abort(executor: Executor?) = close()

    override fun isWrapperFor(type: Class<*>) = type.isInstance(this)

    override fun <T : Any?> unwrap(type: Class<T>): T = type.cast(this)
}

private val NOTHING = Proxy.newProxyInstance(
    Connection::class.java.classLoader,
    arrayOf(Connection::class.java),
) { _, method, _ ->
    when (method.returnType) {
        Boolean::class.javaPrimitiveType -> false
        Int::class.javaPrimitiveType -> 0
        else -> null
    }
} as Connection

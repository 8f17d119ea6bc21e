package io.fanatic.netlink.engine;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.Function;

/** A kernel that always refuses some calls, each given as name and first argument, so that undoing fails too. */
final class StubbornKernel {
    private StubbornKernel() {}

    static Kernel thatRefuses(Kernel kernel, String... calls) {
        return thatThrows(call -> new ErrnoException(call, Errno.EBUSY), kernel, calls);
    }

    static Kernel thatThrows(Function<String, Throwable> thrown, Kernel kernel, String... calls) {
        Set<String> refused = Set.of(calls);
        return (Kernel) Proxy.newProxyInstance(
                StubbornKernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) -> {
                    String call = method.getName() + (arguments == null ? "" : " " + arguments[0]);
                    if (refused.contains(call)) {
                        throw thrown.apply(call);
                    }
                    try {
                        return method.invoke(kernel, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}

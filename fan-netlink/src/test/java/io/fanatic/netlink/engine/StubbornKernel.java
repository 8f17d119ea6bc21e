package io.fanatic.netlink.engine;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/** A kernel that always refuses some calls, each given as name and first argument, so that undoing fails too. */
final class StubbornKernel {
    private StubbornKernel() {}

    static Kernel thatRefuses(Kernel kernel, String... calls) {
        Set<String> refused = Set.of(calls);
        return (Kernel) Proxy.newProxyInstance(
                StubbornKernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) -> {
                    String call = method.getName() + (arguments == null ? "" : " " + arguments[0]);
                    if (refused.contains(call)) {
                        throw new ErrnoException(call, Errno.EBUSY);
                    }
                    try {
                        return method.invoke(kernel, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}

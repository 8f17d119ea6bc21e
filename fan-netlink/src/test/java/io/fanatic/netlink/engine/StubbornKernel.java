package io.fanatic.netlink.engine;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/** A kernel that always refuses some calls, so that undoing fails too. */
final class StubbornKernel {
    private StubbornKernel() {}

    static Kernel thatRefuses(Kernel kernel, String... methods) {
        Set<String> refused = Set.of(methods);
        return (Kernel) Proxy.newProxyInstance(
                StubbornKernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) -> {
                    if (refused.contains(method.getName())) {
                        throw new ErrnoException(method.getName(), Errno.EBUSY);
                    }
                    try {
                        return method.invoke(kernel, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
